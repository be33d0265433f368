import { element } from './element.ts';
import { boxOf } from './place.ts';
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
  highlight(target: Element | undefined): void;
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
.typing{border:2px dashed #1b5fc1;border-radius:4px}
.typing .name{left:0;top:100%}
`;

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

export function createOverlay(layer: HTMLElement): Overlay {
  const root = layer.getRootNode() as ShadowRoot;
  const sheet = addStyles(root, STYLES);
  const listening = new AbortController();
  /** What is shown, and how it is put where it belongs. */
  const shown = new Map<HTMLElement, () => void>();
  const wiggles = new Set<Animation>();

  const cursorName = element('span', { class: 'name' });
  const cursor = element('div', { class: 'over cursor', 'data-testid': 'cursor-agent' }, arrow(), cursorName);
  const box = element('div', { class: 'over box', 'data-testid': 'highlight' });
  const typingName = element('span', { class: 'name' });
  const typing = element('div', { class: 'over typing', 'data-testid': 'typing-agent' }, typingName);

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

  function put(drawn: HTMLElement, { element: target, x, y }: Anchor): void {
    const { left, top, width, height } = boxOf(target);
    drawn.style.transform = `translate(${left + width * x - layer.clientLeft}px,${top + height * y - layer.clientTop}px)`;
    // An element that is gone leaves its cursor nowhere to be.
    drawn.style.visibility = target.isConnected ? '' : 'hidden';
  }

  function surround(drawn: HTMLElement, target: Element): void {
    const { width, height } = boxOf(target);
    put(drawn, { element: target, x: 0, y: 0 });
    drawn.style.width = `${width}px`;
    drawn.style.height = `${height}px`;
  }

  const heard = { capture: true, passive: true, signal: listening.signal };
  window.addEventListener('scroll', follow, heard);
  window.addEventListener('resize', follow, heard);
  const timer = setInterval(follow, FOLLOW_MILLIS);

  return {
    moveCursor(anchor, label) {
      cursorName.textContent = label;
      show(cursor, () => put(cursor, anchor));
    },
    hideCursor: () => hide(cursor),
    markClick(anchor) {
      const ring = element('div', { class: 'over ring', 'data-testid': 'click-mark' });
      show(ring, () => put(ring, anchor));
      ring.animate([{ opacity: 1 }, { opacity: 1, offset: 0.5 }, { opacity: 0 }], { duration: MARK_MILLIS, fill: 'forwards' }).onfinish =
        () => hide(ring);
    },
    highlight(target) {
      if (target) show(box, () => surround(box, target));
      else hide(box);
    },
    showTyping(target, label) {
      typingName.textContent = label;
      if (target) show(typing, () => surround(typing, target));
      else hide(typing);
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
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
    },
  };
}
