import type { FieldRange, Mirror } from '../../replay/mirror.ts';

/** Values longer than this are shown without what is selected of them: all of a value has to be laid out again for it. In UTF-16 units. */
const MAX_UNITS = 20_000;

/** Fields in which something is selected are as many as documents that somebody has been in. */
const MAX_FIELDS = 4;

/** What decides where a field's characters are. */
const COPIED = [
  ...['font-family', 'font-size', 'font-weight', 'font-style', 'font-stretch', 'font-variant', 'font-feature-settings', 'font-kerning'],
  ...['letter-spacing', 'word-spacing', 'line-height', 'text-align', 'text-indent', 'text-transform', 'direction', 'tab-size'],
  ...['overflow-wrap', 'word-break', 'line-break', 'padding-top', 'padding-right', 'padding-bottom', 'padding-left'],
  ...['border-top-width', 'border-right-width', 'border-bottom-width', 'border-left-width'],
];

/** Shows what is selected in fields: the same text is laid out over the field, and nothing of it painted but the selection. */
export interface FieldSelections {
  show(ranges: readonly FieldRange[], scale: number): void;
}

export function createFieldSelections(layer: HTMLElement, mirror: () => Mirror | undefined): FieldSelections {
  let drawn: HTMLElement[] = [];

  function draw({ field, start, end, background, colour }: FieldRange, scale: number): HTMLElement[] {
    const id = mirror()?.idOf(field) ?? null;
    const box = id === null ? null : (mirror()?.boxOf(id) ?? null);
    const look = field.ownerDocument.defaultView?.getComputedStyle(field);
    const { value } = field;
    if (!box || !look || box.width === 0 || value.length > MAX_UNITS) return [];
    const isLine = field.localName === 'input';
    const ghost = document.createElement('div');
    ghost.className = `field-selection${isLine ? ' line' : ''}`;
    ghost.dataset['testid'] = 'selection-consumer';
    ghost.setAttribute('aria-hidden', 'true');
    for (const property of COPIED) ghost.style.setProperty(property, look.getPropertyValue(property));
    // A mirrored field may be scaled by its own page.
    const own = { width: field.offsetWidth || box.width, height: field.offsetHeight || box.height };
    ghost.style.width = `${own.width}px`;
    ghost.style.height = `${own.height}px`;
    ghost.style.transform =
      `translate(${box.left * scale}px, ${box.top * scale}px) ` +
      `scale(${(scale * box.width) / own.width}, ${(scale * box.height) / own.height})`;
    const selected = document.createElement('mark');
    selected.textContent = value.slice(start, end);
    selected.style.backgroundColor = background;
    // The field's own is behind it.
    selected.style.color = colour;
    const text = document.createElement('div');
    text.append(value.slice(0, start), selected, value.slice(end));
    text.style.transform = `translate(${-field.scrollLeft}px, ${-field.scrollTop}px)`;
    ghost.append(text);
    return [ghost];
  }

  return {
    show(ranges, scale) {
      for (const ghost of drawn) ghost.remove();
      drawn = ranges.slice(0, MAX_FIELDS).flatMap((range) => draw(range, scale));
      layer.append(...drawn);
    },
  };
}
