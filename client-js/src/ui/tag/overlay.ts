import { element } from './element.ts';
import { textRects } from '../../protocol/text-rects.ts';
import { type Box, boxOf, outOfFrames } from './place.ts';
import { addStyles } from './styles.ts';

/** A place on an element of the page; x and y are fractions (0 to 1) of its box. */
export interface Anchor {
  readonly element: Element;
  readonly x: number;
  readonly y: number;
}

/** What the agent shows the consumer, drawn over the page and kept where it belongs while the page moves. */
export interface Overlay {
  moveCursor(anchor: Anchor, label: string): void;
  hideCursor(): void;
  markClick(anchor: Anchor): void;
  /** An element, or texts. */
  highlight(target: Element | readonly Range[] | undefined): void;
  showTyping(target: Element | undefined, label: string): void;
  wiggle(target: Element): void;
  remove(): void;
}

/** Layout changes without an event (a banner that appears): the overlay follows them within this time. */
const FOLLOW_MILLIS = 250;
const MARK_MILLIS = 1_200;
const WIGGLE_MILLIS = 700;

const STYLES = `
.over{position:absolute;left:0;top:0;pointer-events:none;margin:0}
.cursor{width:14px;height:20px;transition:transform 60ms linear}
.cursor svg{display:block;width:14px;height:20px;overflow:visible}
.name{position:absolute;left:12px;top:18px;padding:0 8px;border-radius:4px;background:#1b5fc1;color:#fff;font:13px/20px system-ui,sans-serif;white-space:nowrap}
.ring{width:40px;height:40px;margin:-20px 0 0 -20px;border:4px solid #ffc400;border-radius:50%;box-shadow:0 0 0 1px #7a5c00,inset 0 0 0 1px #7a5c00}
.box{border:3px solid #ffc400;border-radius:4px;box-shadow:0 0 0 1px #7a5c00,0 0 16px #ffc400}
.lines{border:0;box-shadow:none}
.lines div{position:absolute;background:#ffc40066;box-shadow:0 2px #7a5c00}
.typing{border:2px dashed #1b5fc1;border-radius:4px}
.typing .name{left:0;top:100%}
`;

/** Lines of a text that are highlighted at once: more than a screen has. */
const MAX_LINES = 200;

const SVG = 'http://www.w3.org/2000/svg';

function arrow(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M0 0v17l4-4 3 7 3-1-3-7h6z');
  path.setAttribute('fill', '#1b5fc1');
  path.setAttribute('stroke', '#fff');
  svg.append(path);
  return svg;
}

type Kind = 'cursor' | 'box' | 'typing';

function boxAround(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  if (boxes.length === 0) return { left: 0, top: 0, width: 0, height: 0 };
  return {
    left,
    top,
    width: Math.max(...boxes.map((box) => box.left + box.width)) - left,
    height: Math.max(...boxes.map((box) => box.top + box.height)) - top,
  };
}

function name(drawn: HTMLElement, label: string): void {
  (drawn.lastElementChild as Element).textContent = label;
}

export function createOverlay(layer: HTMLElement): Overlay {
  const root = layer.getRootNode() as ShadowRoot;
  const sheet = addStyles(root, STYLES);
  const listening = new AbortController();
  /** What is shown, and how it is put where it belongs. */
  const shown = new Map<HTMLElement, () => void>();
  const wiggles = new Set<Animation>();

  /** One of each, there only while it is shown. */
  const kept = new Map<Kind, HTMLElement>();

  function keep(kind: Kind, make: () => HTMLElement): HTMLElement {
    const drawn = kept.get(kind) ?? make();
    kept.set(kind, drawn);
    return drawn;
  }

  function drop(kind: Kind): void {
    const drawn = kept.get(kind);
    kept.delete(kind);
    if (drawn) hide(drawn);
  }

  function show(drawn: HTMLElement, place: () => void): void {
    shown.set(drawn, place);
    if (!drawn.isConnected) layer.append(drawn);
    place();
  }

  function hide(drawn: HTMLElement): void {
    shown.delete(drawn);
    drawn.remove();
  }

  function follow(): void {
    for (const place of [...shown.values()]) place();
  }

  function position(drawn: HTMLElement, { left, top, width, height }: Box, x: number, y: number): void {
    drawn.style.transform = `translate(${left + width * x - layer.clientLeft}px,${top + height * y - layer.clientTop}px)`;
  }

  function put(drawn: HTMLElement, { element: target, x, y }: Anchor): void {
    position(drawn, boxOf(target), x, y);
    // An element that is gone leaves its cursor nowhere to be.
    drawn.style.visibility = target.isConnected ? '' : 'hidden';
  }

  function surround(drawn: HTMLElement, target: Element): void {
    const { width, height } = boxOf(target);
    put(drawn, { element: target, x: 0, y: 0 });
    drawn.style.width = `${width}px`;
    drawn.style.height = `${height}px`;
  }

  /** The whole as well has a box, that of all its lines. */
  function underline(drawn: HTMLElement, ranges: readonly Range[]): void {
    const lines = ranges.flatMap((range) =>
      textRects(range, MAX_LINES).map((rect) => outOfFrames(rect, range.startContainer.ownerDocument as Document)),
    );
    const around = boxAround(lines);
    position(drawn, around, 0, 0);
    drawn.style.visibility = lines.length > 0 ? '' : 'hidden';
    drawn.style.width = `${around.width}px`;
    drawn.style.height = `${around.height}px`;
    drawn.replaceChildren(
      ...lines.slice(0, MAX_LINES).map(({ left, top, width, height }) => {
        const line = element('div');
        line.style.cssText = `left:${left - around.left}px;top:${top - around.top}px;width:${width}px;height:${height}px`;
        return line;
      }),
    );
  }

  const heard = { capture: true, passive: true, signal: listening.signal };
  window.addEventListener('scroll', follow, heard);
  window.addEventListener('resize', follow, heard);
  const timer = setInterval(follow, FOLLOW_MILLIS);

  return {
    moveCursor(anchor, label) {
      const cursor = keep('cursor', () =>
        element('div', { class: 'over cursor', 'data-testid': 'cursor-agent' }, arrow(), element('span', { class: 'name' })),
      );
      name(cursor, label);
      show(cursor, () => put(cursor, anchor));
    },
    hideCursor: () => drop('cursor'),
    markClick(anchor) {
      const ring = element('div', { class: 'over ring', 'data-testid': 'click-mark' });
      show(ring, () => put(ring, anchor));
      ring.animate([{ opacity: 1 }, { opacity: 1, offset: 0.5 }, { opacity: 0 }], { duration: MARK_MILLIS, fill: 'forwards' }).onfinish =
        () => hide(ring);
    },
    highlight(target) {
      if (!target) {
        drop('box');
        return;
      }
      drop('box');
      const isText = !('nodeType' in target);
      const box = keep('box', () => element('div', { class: `over ${isText ? 'lines' : 'box'}`, 'data-testid': 'highlight' }));
      show(box, () => (isText ? underline(box, target) : surround(box, target)));
    },
    showTyping(target, label) {
      if (!target) {
        drop('typing');
        return;
      }
      const typing = keep('typing', () =>
        element('div', { class: 'over typing', 'data-testid': 'typing-agent' }, element('span', { class: 'name' })),
      );
      name(typing, label);
      show(typing, () => surround(typing, target));
    },
    wiggle(target) {
      // Text in a line cannot be moved, what holds it can.
      let movable = target;
      while (movable.parentElement && getComputedStyle(movable).display === 'inline') movable = movable.parentElement;
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      const tilt = ['0deg', '-3deg', '3deg', '-3deg', '3deg', '0deg'].map((angle) => ({ transform: `rotate(${angle})` }));
      const animation = movable.animate(still ? [{ opacity: 1 }, { opacity: 0.4 }, { opacity: 1 }] : tilt, {
        duration: WIGGLE_MILLIS,
        ...(!still && { composite: 'add' as const }),
      });
      wiggles.add(animation);
      animation.onfinish = () => wiggles.delete(animation);
    },
    remove() {
      listening.abort();
      clearInterval(timer);
      for (const animation of wiggles) animation.cancel();
      for (const drawn of [...shown.keys()]) hide(drawn);
      kept.clear();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
    },
  };
}
