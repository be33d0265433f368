import type { Mirror } from '../../replay/mirror.ts';
import { WORDS } from './wording.ts';

/** Options that are shown around the current one; the rest is not. */
const MAX_LISTED = 200;
/** Of an option's text, in UTF-16 units: wider is no screen. */
const MAX_TEXT_UNITS = 300;

/** The list that the consumer has open, as it may look there: browsers draw it outside of the page. */
export interface OpenList {
  /** The select element; 0: no list is open. */
  show(node: number): void;
  /** The page changed or moved. */
  refresh(scale: number): void;
}

export function createOpenList(layer: HTMLElement, mirror: () => Mirror | undefined): OpenList {
  let node = 0;
  let list: HTMLElement | undefined;
  /** What the list shows. */
  let shown = '';

  function close(): void {
    list?.remove();
    list = undefined;
    shown = '';
  }

  function selectOf(): HTMLSelectElement | undefined {
    const select = node === 0 ? null : mirror()?.nodeOf(node);
    return select && (select as Element).localName === 'select' && 'options' in select ? (select as HTMLSelectElement) : undefined;
  }

  function place(open: HTMLElement, box: DOMRect, scale: number, bottom: number): void {
    open.style.minWidth = `${box.width}px`;
    const height = open.offsetHeight;
    const isBelow = box.bottom + height <= bottom || box.top < height;
    open.style.transform = `translate(${box.left * scale}px, ${(isBelow ? box.bottom : box.top - height) * scale}px) scale(${scale})`;
  }

  return {
    show(next) {
      node = next;
    },
    refresh(scale) {
      const select = selectOf();
      const box = select ? (mirror()?.boxOf(node) ?? null) : null;
      if (!select || !box || box.width === 0) {
        close();
        return;
      }
      const showing = describe(select);
      if (showing !== shown) {
        close();
        shown = showing;
        list = listOf(select);
        layer.append(list);
        const current = list.querySelector<HTMLElement>('[aria-selected=true]');
        if (current) list.scrollTop = current.offsetTop - (list.clientHeight - current.offsetHeight) / 2;
      }
      if (list) place(list, box, scale, mirror()?.size.height ?? 0);
    },
  };
}

const groupOf = ({ parentElement }: HTMLOptionElement): string => (parentElement?.getAttribute('label') ?? '').slice(0, MAX_TEXT_UNITS);

const describe = (select: HTMLSelectElement): string =>
  listed(select)
    .map((option) => [textOf(option), option.disabled, option.selected, groupOf(option)].join('\0'))
    .join('\0');

function listed({ options, selectedIndex }: HTMLSelectElement): HTMLOptionElement[] {
  const first = Math.max(0, Math.min(selectedIndex - MAX_LISTED / 2, options.length - MAX_LISTED));
  const count = Math.min(options.length, MAX_LISTED);
  return Array.from({ length: count }, (_, i) => options[first + i] as HTMLOptionElement);
}

const textOf = ({ text }: HTMLOptionElement): string => text.slice(0, MAX_TEXT_UNITS);

function listOf(select: HTMLSelectElement): HTMLElement {
  const list = document.createElement('div');
  list.className = 'open-list';
  list.dataset['testid'] = 'choices-consumer';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', WORDS.openList);
  let group: Element | null = null;
  for (const option of listed(select)) {
    const around = option.parentElement?.localName === 'optgroup' ? option.parentElement : null;
    if (around !== null && around !== group) list.append(part('group', groupOf(option)));
    group = around;
    const line = part(around ? 'option inner' : 'option', textOf(option));
    line.setAttribute('role', 'option');
    line.setAttribute('aria-selected', String(option.selected));
    if (option.disabled || (around as HTMLOptGroupElement | null)?.disabled) line.setAttribute('aria-disabled', 'true');
    list.append(line);
  }
  return list;
}

function part(kind: string, text: string): HTMLElement {
  const element = document.createElement('div');
  element.className = kind;
  // An empty one is as high as the others.
  element.textContent = text === '' ? '\u00a0' : text;
  return element;
}
