/** A point or box of the page's viewport, in CSS px. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where an element is in the outermost viewport, through the frames it lies in. */
export function boxOf(element: Element): Box {
  return outOfFrames(element.getBoundingClientRect(), element.ownerDocument);
}

/** Where a box of a document's viewport is in the outermost one. */
export function outOfFrames({ left, top, width, height }: Box, document: Document): Box {
  let x = left;
  let y = top;
  for (let frame = document.defaultView?.frameElement; frame; frame = frame.ownerDocument.defaultView?.frameElement) {
    const outer = frame.getBoundingClientRect();
    x += outer.left + frame.clientLeft;
    y += outer.top + frame.clientTop;
  }
  return { left: x, top: y, width, height };
}
