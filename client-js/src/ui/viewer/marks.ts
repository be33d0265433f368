import type { Spot } from '../../protocol/action.ts';
import type { Role } from '../../protocol/control.ts';
import type { TextRange } from '../../protocol/text-range.ts';
import type { Mirror } from '../../replay/mirror.ts';
import { createBoxes } from './boxes.ts';
import { WORDS } from './wording.ts';

/** What is drawn over the mirror, anchored to elements of the page: it stays with them when they move. */
export interface Marks {
  /** Somebody's cursor; null takes it away. */
  cursor(who: Person, spot: Spot | null): void;
  click(spot: Spot): void;
  /** Somebody types into a node; 0: stopped. */
  typing(who: Person, node: number): void;
  /** Where the consumer's focus is; 0: nowhere. */
  focus(node: number): void;
  /** An element or a text; 0 clears. */
  highlight(what: number | TextRange): void;
  /** Puts everything where its element is now. */
  refresh(): void;
  clear(): void;
}

export interface Person {
  readonly number: number;
  readonly role: Role;
  readonly name: string;
  /** This viewer's own agent: the browser shows the arrow already, so only the name is drawn. */
  readonly isSelf: boolean;
}

interface Anchored {
  readonly element: HTMLElement;
  spot: Spot;
}

interface Boxed {
  readonly element: HTMLElement;
  node: number;
}

const CLICK_MILLIS = 1_200;
/** A typing hint ends when its sender says so; that frame may be lost, so it also ends after this long without another hint. */
const TYPING_MILLIS = 20_000;

export function createMarks(layer: HTMLElement, mirror: () => Mirror | undefined, scale: () => number): Marks {
  const cursors = new Map<number, Anchored>();
  const clicks = new Set<Anchored>();
  const boxes = new Map<string, Boxed>();
  const lines = createBoxes(layer, 'text-highlight');
  let text: TextRange | undefined;
  const typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

  function place({ element, spot }: Anchored): void {
    const point = mirror()?.pointOf(spot) ?? null;
    element.hidden = point === null;
    if (point) element.style.transform = `translate(${point.x * scale()}px, ${point.y * scale()}px)`;
  }

  function placeBox({ element, node }: Boxed): void {
    const box = mirror()?.boxOf(node) ?? null;
    element.hidden = box === null || (box.width === 0 && box.height === 0);
    if (!box) return;
    const by = scale();
    element.style.transform = `translate(${box.left * by - 2}px, ${box.top * by - 2}px)`;
    element.style.width = `${box.width * by + 4}px`;
    element.style.height = `${box.height * by + 4}px`;
  }

  const placeText = (): void => lines.show(text ? (mirror()?.textBoxes(text) ?? []) : [], scale());

  function box(key: string, kind: string, node: number, label: string): void {
    const known = boxes.get(key);
    if (node === 0) {
      known?.element.remove();
      boxes.delete(key);
      return;
    }
    const element = known?.element ?? document.createElement('div');
    element.className = `box ${kind}`;
    element.dataset['testid'] = kind === 'focus' ? 'focus-consumer' : kind;
    if (label !== '' && !known) element.append(labelled(label));
    if (!known) layer.append(element);
    const placed = { element, node };
    boxes.set(key, placed);
    placeBox(placed);
  }

  return {
    cursor(who, spot) {
      const known = cursors.get(who.number);
      if (spot === null) {
        known?.element.remove();
        cursors.delete(who.number);
        return;
      }
      const cursor = known ?? { element: cursorElement(who), spot };
      cursor.spot = spot;
      if (!known) layer.append(cursor.element);
      const label = cursor.element.querySelector('span');
      if (label && label.textContent !== who.name) label.textContent = who.name;
      cursors.set(who.number, cursor);
      place(cursor);
    },
    click(spot) {
      const element = document.createElement('div');
      element.className = 'click-mark';
      element.dataset['testid'] = 'click-mark';
      element.append(document.createElement('i'));
      const mark = { element, spot };
      clicks.add(mark);
      layer.append(element);
      place(mark);
      setTimeout(() => {
        clicks.delete(mark);
        element.remove();
      }, CLICK_MILLIS);
    },
    typing(who, node) {
      const key = `typing-${who.number}`;
      clearTimeout(typingTimers.get(key));
      box(key, 'typing', node, WORDS.typing(who.name));
      if (node !== 0)
        typingTimers.set(
          key,
          setTimeout(() => box(key, 'typing', 0, ''), TYPING_MILLIS),
        );
    },
    focus: (node) => box('focus', 'focus', node, ''),
    highlight(what) {
      text = typeof what === 'number' ? undefined : what;
      box('highlight', 'highlight', typeof what === 'number' ? what : 0, '');
      placeText();
    },
    refresh() {
      for (const cursor of cursors.values()) place(cursor);
      for (const click of clicks) place(click);
      for (const one of boxes.values()) placeBox(one);
      placeText();
    },
    clear() {
      text = undefined;
      placeText();
      for (const timer of typingTimers.values()) clearTimeout(timer);
      cursors.clear();
      clicks.clear();
      boxes.clear();
      layer.replaceChildren();
    },
  };
}

const SVG = 'http://www.w3.org/2000/svg';

function cursorElement(who: Person): HTMLElement {
  const element = document.createElement('div');
  const kind = who.role === 'consumer' ? 'consumer' : 'agent';
  element.className = `cursor ${kind}${who.isSelf ? ' own' : ''}`;
  element.dataset['testid'] = `cursor-${kind}`;
  const arrow = document.createElementNS(SVG, 'svg');
  arrow.setAttribute('width', '16');
  arrow.setAttribute('height', '20');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M1 1v15l4-4 3 7 2-1-3-7h6z');
  path.setAttribute('style', 'fill:var(--of);stroke:#fff');
  arrow.append(path);
  element.append(arrow, labelled(who.name));
  return element;
}

function labelled(text: string): HTMLElement {
  const label = document.createElement('span');
  label.textContent = text;
  return label;
}
