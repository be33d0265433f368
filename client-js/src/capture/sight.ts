import type { ShadowOf } from '../inner-roots.ts';
import { EMPTY_ELEMENTS } from './empty-elements.ts';
import type { Root } from './roots.ts';

/** What a node is to the first view of a page. */
export const Verdict = {
  /** It shows, or something in it may: its children are judged in turn. */
  SEEN: 0,
  /** It shows, or others need all of it: goes with everything in it. */
  WHOLE: 1,
  /** It takes up its own room elsewhere: its content can wait, and its box stands for it. */
  LATER: 2,
  /** It is elsewhere, and what shows flows around it: goes whole where something behind it shows, else waits. */
  FLOWS: 3,
  /** It takes up no room: its content can wait. */
  HIDDEN: 4,
  /** Blanks, and what is not sent at all. */
  NOTHING: 5,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Always sent with everything in them: small, or of a kind whose parts make no sense alone. */
const WHOLE_ELEMENTS: ReadonlySet<string> = new Set([
  'style',
  'link',
  'select',
  'textarea',
  'dialog',
  'picture',
  'video',
  'audio',
  'math',
  'title',
]);
/** Never waits, wherever it lies. */
const FRAMEWORK: ReadonlySet<string> = new Set(['html', 'head', 'body']);
/** What lies so near to the viewport counts as seen, in CSS pixels: a first small scroll shows it. */
const MARGIN_PIXELS = 64;
/** Attributes by which a shape refers to another one, elsewhere on the page. */
const REFERENCES = [
  'href',
  'xlink:href',
  'fill',
  'stroke',
  'clip-path',
  'mask',
  'filter',
  'marker-start',
  'marker-mid',
  'marker-end',
] as const;
const REFERRING = 'use,[fill^="url("],[stroke^="url("],[clip-path],[mask],[filter],[marker-start],[marker-mid],[marker-end]';
/** After so many siblings below the viewport nobody looks for one that shows. */
const ENOUGH_BELOW = 64;
/** After so many siblings above it, the first that is not is searched by halves. */
const MANY_ABOVE = 64;
/** Descendants that are asked whether something of an element with no room, or of one above, shows. */
const LOOKED_INTO = 64;
/** Points of the viewport, each way, at which what lies on top is asked for: it finds what is fixed there and stands elsewhere in the tree. */
const PROBES = 3;

interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** One look at what the consumer sees: tells what goes first. Reads layout, and so belongs at the begin of a task. */
export class Sight {
  /** Elements that must be walked into: style sheets live in them, or something on top of the page. */
  private readonly wanted = new Set<Node>();
  private readonly wantedChildren = new Map<Node, Node[]>();
  /** Shapes that others show: needed with everything in them. */
  private readonly shapes = new Set<Element>();
  private readonly viewports = new WeakMap<Document, Viewport>();
  private readonly range: Range;
  private readonly shadowOf: ShadowOf;
  /** Where the element that was judged last lies: -1 above the viewport, 1 below it, 0 neither. */
  private side: -1 | 0 | 1 = 0;

  constructor(document: Document, shadowOf: ShadowOf) {
    this.shadowOf = shadowOf;
    this.range = document.createRange();
  }

  /** What lies on top of the page: menus and dialogs at a fixed place, whose parents may be far away. */
  probe(document: Document): void {
    const { width, height } = this.viewportOf(document);
    for (let row = 0; row < PROBES; row++) {
      for (let column = 0; column < PROBES; column++) {
        const top = document.elementFromPoint(((column + 0.5) * width) / PROBES, ((row + 0.5) * height) / PROBES);
        if (top !== null) this.want(top);
      }
    }
  }

  /** A root is about to be walked: the elements that hold its style sheets go with the first view. */
  enter(root: Root): void {
    for (const { ownerNode } of root.styleSheets) if (ownerNode !== null) this.want(ownerNode);
    // By name alone, which browsers find at once; only in what shows by its attributes.
    for (const shape of root.querySelectorAll('svg')) {
      if (!this.shows(shape.getBoundingClientRect(), shape.ownerDocument)) continue;
      for (const user of shape.querySelectorAll(REFERRING)) this.wantShapes(root, user);
    }
  }

  /** The last of the siblings from `first` on that has to go now; null: none of them. */
  lastWanted(first: Node): Node | null {
    let last: Node | null = null;
    let waits = false;
    let below = 0;
    let above = 0;
    for (let node: Node | null = first; node !== null; node = node.nextSibling) {
      const verdict = this.judge(node);
      if (verdict === Verdict.SEEN || verdict === Verdict.WHOLE) {
        last = node;
        waits = false;
        below = above = 0;
      } else if (verdict !== Verdict.NOTHING) {
        waits = true;
        if (this.side > 0 && ++below >= ENOUGH_BELOW) return last;
        if (this.side < 0 && ++above % MANY_ABOVE === 0) node = this.lastAbove(node as Element);
      }
    }
    return waits ? last : (first.parentNode?.lastChild ?? null);
  }

  /** Those children behind a node (null: all) that must be walked into, though what is between waits. */
  wantedBehind(parent: Node, after: Node | null): readonly Node[] {
    const children = this.wantedChildren.get(parent) ?? [];
    return children.filter((child) => after === null || isBehind(after, child)).sort((a, b) => (isBehind(a, b) ? -1 : 1));
  }

  judge(node: Node): Verdict {
    this.side = 0;
    if (node.nodeType === 1) return this.judgeElement(node as Element);
    return node.nodeType === 3 ? this.judgeText(node as Text) : Verdict.NOTHING;
  }

  /** How far an element's box is from the viewport, in CSS pixels; 0: it shows. What has no box is far. */
  distanceOf(element: Element): number {
    const rect = element.getBoundingClientRect();
    if (rect.width === 0 && rect.height === 0) return Number.MAX_SAFE_INTEGER;
    const { width, height } = this.viewportOf(element.ownerDocument);
    return Math.max(0, -rect.bottom, rect.top - height) + Math.max(0, -rect.right, rect.left - width);
  }

  /** The shapes of the same root that an element refers to, and those that they refer to. */
  private wantShapes(root: Root, user: Element): void {
    for (const [, id] of REFERENCES.flatMap((name) => [...(user.getAttribute(name) ?? '').matchAll(/(?:^|url\(["']?)#([^"')]+)/g)])) {
      const shape = root.getElementById(id as string);
      if (shape === null || this.shapes.has(shape)) continue;
      this.shapes.add(shape);
      this.want(shape);
      for (const inner of [shape, ...shape.querySelectorAll(REFERRING)]) this.wantShapes(root, inner);
    }
  }

  private want(node: Node): void {
    for (let at: Node | null = node; at !== null && !this.wanted.has(at); at = at.parentNode) {
      this.wanted.add(at);
      const { parentNode } = at;
      if (parentNode !== null) this.wantedChildren.set(parentNode, [...(this.wantedChildren.get(parentNode) ?? []), at]);
    }
  }

  private judgeText(text: Text): Verdict {
    if (!/\S/.test(text.data)) return Verdict.NOTHING;
    this.range.selectNode(text);
    const rect = this.range.getBoundingClientRect();
    if (rect.width === 0 && rect.height === 0) return Verdict.HIDDEN;
    return this.shows(rect, text.ownerDocument) ? Verdict.WHOLE : Verdict.FLOWS;
  }

  private judgeElement(element: Element): Verdict {
    const tag = element.localName;
    if (EMPTY_ELEMENTS.has(tag)) return Verdict.NOTHING;
    if (FRAMEWORK.has(tag)) return Verdict.SEEN;
    if (WHOLE_ELEMENTS.has(tag) || this.shapes.has(element) || element.hasAttribute('popover')) return Verdict.WHOLE;
    if (this.wanted.has(element)) return Verdict.SEEN;
    const rect = element.getBoundingClientRect();
    const hasRoom = rect.width > 0 && rect.height > 0;
    if (!hasRoom && element.getClientRects().length === 0) return this.judgeBoxless(element);
    if (hasRoom && this.shows(rect, element.ownerDocument)) return tag === 'svg' ? Verdict.WHOLE : Verdict.SEEN;
    const { side } = this;
    const isOutOfItsBox = (!hasRoom || side <= 0) && this.showsInside(element);
    this.side = side;
    if (isOutOfItsBox) return Verdict.SEEN;
    if (!hasRoom && isSprite(element)) return Verdict.HIDDEN;
    return hasRoom && isBlock(element) ? Verdict.LATER : Verdict.FLOWS;
  }

  /** Neither the element nor what it holds has a box, unless it is one of those that have none for themselves alone. */
  private judgeBoxless(element: Element): Verdict {
    if (element.firstChild === null && this.shadowOf(element) === undefined) return Verdict.NOTHING;
    const { display } = styleOf(element);
    if (display !== 'contents') return Verdict.HIDDEN;
    const isSeen = this.showsInside(element);
    this.side = 0;
    return isSeen ? Verdict.SEEN : Verdict.FLOWS;
  }

  /** Whether one of the first descendants shows: what is placed absolutely, floats or hangs out of its parent. */
  private showsInside(element: Element): boolean {
    let left = LOOKED_INTO;
    const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node !== null && left-- > 0; node = walker.nextNode()) {
      const rect = (node as Element).getBoundingClientRect();
      if (rect.width > 0 && rect.height > 0 && this.shows(rect, element.ownerDocument)) return true;
    }
    return false;
  }

  private shows({ top, bottom, left, right }: DOMRect, document: Document): boolean {
    const { width, height } = this.viewportOf(document);
    const isAbove = bottom < -MARGIN_PIXELS;
    const isBelow = top > height + MARGIN_PIXELS;
    this.side = isAbove ? -1 : isBelow ? 1 : 0;
    return !isAbove && !isBelow && right >= 0 && left <= width;
  }

  /** Goes by halves through the siblings behind one that lies above, as if each began below the one before it; the last that still lies above. */
  private lastAbove(from: Element): Element {
    const siblings = from.parentElement?.children ?? [];
    let low = 0;
    let high = siblings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((siblings[middle] as Element).getBoundingClientRect().bottom < -MARGIN_PIXELS) low = middle + 1;
      else high = middle;
    }
    const last = siblings[low - 1];
    return last !== undefined && isBehind(from, last) ? last : from;
  }

  /** Of a frame's document its own: what shows of it in the page is not known to be less. */
  private viewportOf(document: Document): Viewport {
    let viewport = this.viewports.get(document);
    if (viewport === undefined) {
      const { innerWidth, innerHeight } = document.defaultView ?? { innerWidth: 0, innerHeight: 0 };
      viewport = { width: innerWidth, height: innerHeight };
      this.viewports.set(document, viewport);
    }
    return viewport;
  }
}

const isBehind = (first: Node, second: Node): boolean => (first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

export function styleOf(element: Element): CSSStyleDeclaration {
  // A frame's document that has made way for another has no window.
  return (element.ownerDocument.defaultView ?? window).getComputedStyle(element);
}

/** Whether the element's box stands for it: text does not flow around or through it. */
function isBlock(element: Element): boolean {
  return !/^(?:inline|ruby|contents)/.test(styleOf(element).display);
}

/** Shapes that others refer to, and that take up no room themselves. */
const isSprite = (element: Element): boolean =>
  element.namespaceURI === 'http://www.w3.org/2000/svg' || element.querySelector('symbol') !== null;
