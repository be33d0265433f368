/** Draws boxes of one kind over the mirror. */
export interface Boxes {
  /** These, in CSS pixels of the mirror, and no others. */
  show(rects: readonly DOMRect[], scale: number): void;
}

/** @param kind the boxes' class and test id */
export function createBoxes(layer: HTMLElement, kind: string): Boxes {
  const drawn: HTMLElement[] = [];

  function draw(): HTMLElement {
    const box = document.createElement('div');
    box.className = kind;
    box.dataset['testid'] = kind;
    drawn.push(box);
    return box;
  }

  return {
    show(rects, scale) {
      while (drawn.length > rects.length) drawn.pop()?.remove();
      rects.forEach(({ left, top, width, height }, i) => {
        const box = drawn[i] ?? draw();
        if (box.parentNode !== layer) layer.append(box);
        box.style.transform = `translate(${left * scale}px, ${top * scale}px)`;
        box.style.width = `${width * scale}px`;
        box.style.height = `${height * scale}px`;
      });
    },
  };
}
