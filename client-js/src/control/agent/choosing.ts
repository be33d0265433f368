import type { Surface } from './surface.ts';

/** Options that are shown at once; more are scrolled to. */
const SHOWN_OPTIONS = 10;

/** The list of a select element, laid over the mirror: the browser's own list would belong to the mirrored document. */
export interface Choosing {
  open(select: HTMLSelectElement): void;
  readonly isOpen: boolean;
  close(): void;
}

export function createChoosing(surface: Surface): Choosing {
  const { session, mirror, editors, overlay } = surface;
  let list: HTMLSelectElement | undefined;

  function open(select: HTMLSelectElement): void {
    close();
    const node = mirror.idOf(select);
    const box = node === null ? null : mirror.boxOf(node);
    if (node === null || box === null) return;
    const shown = listOf(select);
    list = shown;
    const choose = (): void => {
      session.select(
        node,
        Array.from(shown.selectedOptions, (option) => Number(option.value)),
      );
      if (!shown.multiple) close();
    };
    if (shown.multiple) shown.addEventListener('change', choose);
    else shown.addEventListener('click', (event) => event.target !== shown && choose());
    shown.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key !== 'Enter' && event.key !== 'Escape' && event.key !== 'Tab') return;
      event.preventDefault();
      if (event.key === 'Enter') choose();
      close();
    });
    shown.addEventListener('blur', close);
    editors.append(shown);
    place(shown, box);
    shown.focus({ preventScroll: true });
  }

  function place(shown: HTMLSelectElement, box: DOMRect): void {
    const height = shown.offsetHeight;
    const below = box.bottom + height <= mirror.size.height || box.top < height;
    Object.assign(shown.style, {
      left: `${box.left}px`,
      top: `${below ? box.bottom : box.top - height}px`,
      minWidth: `${box.width}px`,
    });
  }

  function close(): void {
    const closing = list;
    if (closing === undefined) return;
    list = undefined;
    const hadFocus = closing.matches(':focus');
    closing.remove();
    if (hadFocus) overlay.focus({ preventScroll: true });
  }

  return {
    open,
    close,
    get isOpen() {
      return list !== undefined;
    },
  };
}

/** A list box with the same options; the value of each is its index. */
function listOf(select: HTMLSelectElement): HTMLSelectElement {
  const list = document.createElement('select');
  list.className = 'choices';
  list.dataset['testid'] = 'choices';
  list.multiple = select.multiple;
  list.setAttribute('aria-label', select.getAttribute('aria-label') ?? 'Choices');
  const groups = new Map<Element, HTMLOptGroupElement>();
  for (const option of Array.from(select.options)) {
    const copy = document.createElement('option');
    copy.value = String(option.index);
    copy.text = option.text;
    copy.disabled = option.disabled;
    const group = option.parentElement;
    if (group?.localName !== 'optgroup') list.append(copy);
    else groupFor(list, groups, group as HTMLOptGroupElement).append(copy);
    // Set once it is in the list, which decides what else is selected.
    copy.selected = option.selected;
  }
  list.size = Math.max(2, Math.min(SHOWN_OPTIONS, list.options.length + groups.size));
  return list;
}

function groupFor(list: HTMLSelectElement, groups: Map<Element, HTMLOptGroupElement>, of: HTMLOptGroupElement): HTMLOptGroupElement {
  let group = groups.get(of);
  if (group === undefined) {
    group = document.createElement('optgroup');
    group.label = of.label;
    group.disabled = of.disabled;
    groups.set(of, group);
    list.append(group);
  }
  return group;
}
