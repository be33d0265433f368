/** Texts of one range that are looked at for where they are. */
const MAX_TEXTS = 5_000;
const TEXTS_ONLY = 4;

/**
 * Where the characters of a range that begins and ends in texts are painted, line by line, in its own window's viewport; what lies above or below that is left out.
 * (A range itself tells of the boxes of whole elements instead.)
 *
 * @param most boxes; what would be more is left out
 */
export function textRects(range: Range, most: number): DOMRect[] {
  const { startContainer, endContainer, startOffset, endOffset } = range;
  const document = startContainer.ownerDocument as Document;
  const bottom = document.defaultView?.innerHeight ?? 0;
  const part = document.createRange();
  const rects: DOMRect[] = [];
  for (const text of textsOf(range)) {
    if (rects.length >= most) break;
    part.setStart(text, text === startContainer ? startOffset : 0);
    part.setEnd(text, text === endContainer ? endOffset : text.length);
    for (const rect of part.getClientRects()) if (rect.width > 0 && rect.bottom > 0 && rect.top < bottom) rects.push(rect);
  }
  return rects.slice(0, most);
}

function textsOf({ startContainer, endContainer, commonAncestorContainer }: Range): Text[] {
  const walker = (startContainer.ownerDocument as Document).createTreeWalker(commonAncestorContainer, TEXTS_ONLY);
  const texts = [startContainer as Text];
  walker.currentNode = startContainer;
  while (texts.at(-1) !== endContainer && texts.length < MAX_TEXTS && walker.nextNode()) texts.push(walker.currentNode as Text);
  return texts;
}
