import { type AssetCache, createAssetCache, createResourceCache, type ResourceCache } from '../delivery/asset-cache.ts';
import type { Spot } from '../protocol/action.ts';
import { idInFrame } from '../protocol/framed-id.ts';
import type { ResourceRequest } from '../protocol/resource.ts';
import { type Assets, createAssets } from './assets.ts';
import { applyChange, startsWithReset } from './forward.ts';
import type { TextRange } from '../protocol/text-range.ts';
import type { ForeignContent } from './foreign.ts';
import { boxOf, hitAt, type Point, pointOf } from './hit-test.ts';
import { isLink } from './node-table.ts';
import type { Size } from './page.ts';
import { createPageSwap, type PageSwap, type PageSwapEvents, type WholePage } from './page-swap.ts';
import { createResources, noResources, type Resources } from './resources.ts';
import { positionOf, type Position, scrollableAround, scrollTo } from './scroll-positions.ts';
import { between, boxesOf, type Caret, caretAt, endsOf, type FieldRange, rangeOf } from './text-ranges.ts';

export type { ForeignContent } from './foreign.ts';
export type { Point } from './hit-test.ts';
export type { Size } from './page.ts';
export type { Caret, FieldRange } from './text-ranges.ts';

export interface MirrorOptions {
  /** The mirror's frame is put into it; give it a position (not static). */
  readonly host: HTMLElement;
  /** Origins, besides the page's own, from which images, styles, fonts and media may come. */
  readonly resourceOrigins: readonly string[];
  /** Large style sheets of earlier pages. */
  readonly cache?: AssetCache;
  /** Images and fonts of earlier pages of the session. */
  readonly resources?: ResourceCache;
  /** This browser cannot load what stands at these addresses. */
  readonly onLacking?: (request: ResourceRequest) => void;
  /** Where the desk itself is; else the page that the mirror is in. */
  readonly deskHost?: string;
  /** The tag takes a style sheet for known that is not in the cache. */
  readonly onMissing?: () => void;
  /** The page is in sight. */
  readonly onShown?: () => void;
  /** A batch could not be applied: a keyframe is needed. Told once; then batches are ignored until one comes. */
  readonly onBroken?: (reason: string) => void;
  /** The agent's device or taste changed: the mirror is right again with the next keyframe. */
  readonly onOutdated?: () => void;
  /** The browser has painted what the last batches brought. */
  readonly onPainted?: () => void;
  /** Something in the mirror was scrolled. */
  readonly onScrolled?: () => void;
  readonly onSize?: (size: Size) => void;
  readonly onUrl?: (url: string) => void;
  /** The consumer's focus moved; 0: nowhere. */
  readonly onFocus?: (id: number) => void;
  /** The consumer has the list of a select element open; 0: none. */
  readonly onList?: (id: number) => void;
  /** This part of the viewport is on the consumer's screen; null: all of it. */
  readonly onVisible?: (part: DOMRect | null) => void;
  /** What stands for the consumer where the page has no colours of its own; any of CSS's spellings. */
  readonly consumerColour?: string;
}

/** A box that the agent scrolled in the mirror, and where it is now. */
export interface ScrolledBox extends Position {
  readonly id: number;
}

/** The consumer's page as the agent sees it. Points are CSS pixels of its viewport, unscaled. */
export interface Mirror {
  /** Applies one page batch. Never throws: what cannot be applied is told to onBroken. */
  apply(batch: Uint8Array): void;
  /** Takes the payload of one ASSET. Never throws. */
  asset(payload: Uint8Array): void;
  /** The consumer is in another document: what was pointed at in the one before, and what stood for its images and fonts, counts no more. */
  leave(): void;
  /** Whether a page is in sight: this one, or the one before it while this one waits for its styles. */
  readonly isShown: boolean;
  readonly document: Document | null;
  readonly frame: HTMLIFrameElement | null;
  /** Of the consumer's layout viewport. */
  readonly size: Size;
  nodeOf(id: number): Node | null;
  idOf(node: Node): number | null;
  hitTest(x: number, y: number): Spot | null;
  pointOf(spot: Spot): Point | null;
  /** A node's border box, or null when it is not in the mirror. */
  boxOf(id: number): DOMRect | null;
  /** The consumer points at a node; 0: at none. Stays so in the next pages, until it is told otherwise. */
  hover(id: number): void;
  /** What of the consumer's selection the page itself cannot show: in fields, and texts where the browser paints no ranges. */
  unpainted(): { readonly fields: readonly FieldRange[]; readonly boxes: readonly DOMRect[] };
  /** Frames and plugins whose content is not in the mirror. */
  foreign(): readonly ForeignContent[];
  /** The place between characters at a point; null where there is no text. */
  caretAt(point: Point): Caret | null;
  /** The text between two places of one tree; null where there is none. */
  textBetween(one: Caret, other: Caret): TextRange | null;
  /** Where a text is, line by line. */
  textBoxes(text: TextRange): readonly DOMRect[];
  /** The CSS cursor that the page shows at a point. */
  cursorAt(x: number, y: number): string;
  /**
   * Scrolls what lies at a point, as a wheel would; null when nothing there can move. From then on the box follows the agent,
   * until {@link Mirror.releaseScroll}.
   */
  scrollBy(x: number, y: number, dx: number, dy: number): ScrolledBox | null;
  /** The box goes where the consumer's page has it, and follows that again. */
  releaseScroll(id: number): void;
  dispose(): void;
}

export function createMirror(options: MirrorOptions): Mirror {
  let size: Size = { width: 0, height: 0 };
  let broken = false;
  /** What the consumer points at, of this page or of the next one of the same document. */
  let pointed = 0;
  let disposed = false;
  const isElsewhere = awayFrom(options.deskHost ?? location.hostname);
  const announcePaint = paintAnnouncer(() => !disposed && options.onPainted?.());
  const { cache = createAssetCache() } = options;
  let resources = openResources();
  /** Of documents that the consumer has left, and that are in sight still. */
  const left: Resources[] = [];
  const events: PageSwapEvents = {
    ...toldOn(options),
    tookOver(page) {
      broken = false;
      watch(page);
      page.settled();
      resources.again();
      page.framed.hover(pointed);
    },
    resized(next) {
      size = next;
      options.onSize?.(next);
    },
    framedOpened: watchContent,
    revealed() {
      for (const old of left.splice(0)) old.dispose();
      if (options.onPainted) announcePaint();
      options.onShown?.();
    },
  };
  const swap = createPageSwap(options.host, {
    resourceOrigins: () => options.resourceOrigins,
    colour: () => options.consumerColour ?? 'red',
    supplies: () => ({ assets: openAssets(), resources }),
    framedResources: noResources(isElsewhere),
    events,
  });

  const stopWatching = whenSeenAgain(options.host.ownerDocument, () => swap.page && moveAgain(swap.page));

  function apply(batch: Uint8Array): void {
    const isKeyframe = startsWithReset(batch);
    if (disposed || (!isKeyframe && (broken || swap.page === undefined))) return;
    try {
      if (isKeyframe) swap.replace(batch);
      else if (swap.page) applyChange(swap.page.visitor, batch);
      swap.page?.settled();
      swap.page?.marks.again();
      swap.page?.motion.settle();
      if (options.onPainted && swap.isRevealed) announcePaint();
    } catch (fault) {
      fail(fault);
    }
  }

  const openAssets = (): Assets =>
    createAssets(cache, {
      picture: (picture) => swap.page?.pictures.show(picture),
      resource: (whole) => resources.take(whole),
      missing: () => !disposed && options.onMissing?.(),
      broken: fail,
    });

  function openResources(): Resources {
    const opened = createResources({
      cache: options.resources ?? createResourceCache(),
      ask: (request) => options.onLacking?.(request),
      come: (addresses) => opened === resources && swap.page?.supplied(addresses),
      isElsewhere,
    });
    return opened;
  }

  function asset(payload: Uint8Array): void {
    if (disposed || broken) return;
    try {
      swap.page?.assets.part(payload);
    } catch (fault) {
      fail(fault);
    }
  }

  function fail(fault: unknown): void {
    if (disposed || broken) return;
    broken = true;
    options.onBroken?.(fault instanceof Error ? fault.message : String(fault));
  }

  function watch(page: WholePage): void {
    const { document, frame } = page;
    watchContent(document);
    frame.addEventListener('load', () => {
      if (frame.contentDocument === document || page !== swap.page) return;
      // Nothing in a mirror can navigate it. Should it happen all the same, the page goes and a new one is asked for.
      swap.clear();
      fail('the mirror left its document');
    });
  }

  function watchContent(document: Document): void {
    document.addEventListener('load', ({ target }) => swap.page && loaded(swap.page, target), { capture: true, passive: true });
    document.addEventListener('scroll', () => options.onScrolled?.(), { capture: true, passive: true });
  }

  return {
    apply,
    asset,
    get isShown() {
      return swap.isShowing;
    },
    get document() {
      return swap.page?.document ?? null;
    },
    get frame() {
      return swap.page?.frame ?? null;
    },
    get size() {
      return size;
    },
    ...lookups(swap),
    ...texts(swap),
    foreign: () => swap.page?.framed.foreign() ?? [],
    leave() {
      pointed = 0;
      swap.page?.framed.hover(0);
      left.push(resources);
      resources = openResources();
    },
    hover(id) {
      pointed = id;
      swap.page?.framed.hover(id);
    },
    scrollBy: (x, y, dx, dy) => (swap.page ? scrollPage(swap.page, x, y, dx, dy) : null),
    releaseScroll: (id) => swap.page?.framed.pageOf(id)?.scrolls.release(idInFrame(id)),
    dispose() {
      disposed = true;
      stopWatching();
      swap.clear();
      for (const old of [...left.splice(0), resources]) old.dispose();
    },
  };
}

/** What is told on as it is. */
const toldOn = (options: MirrorOptions): Pick<PageSwapEvents, 'moved' | 'focused' | 'listed' | 'narrowed' | 'answersChanged'> => ({
  moved: (url) => options.onUrl?.(url),
  focused: (id) => options.onFocus?.(id),
  listed: (id) => options.onList?.(id),
  narrowed: (part) => options.onVisible?.(part),
  answersChanged: () => options.onOutdated?.(),
});

/** A name of the machine itself: at the agent's it is another machine than at the consumer's. */
const isLoopback = (host: string): boolean => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(host);

/** Whether the desk would look for an address on another machine than the consumer's browser does. @param desk its own host */
const awayFrom =
  (desk: string) =>
  (address: string): boolean =>
    isLoopback(new URL(address).hostname) && !isLoopback(desk);

/** No frame was painted while nobody saw it, and what was to start with one has not. @returns what ends it */
function whenSeenAgain(document: Document, again: () => void): () => void {
  const onVisibility = (): void => {
    requestAnimationFrame(again);
  };
  document.addEventListener('visibilitychange', onVisibility);
  return () => document.removeEventListener('visibilitychange', onVisibility);
}

function loaded(page: WholePage, target: EventTarget | null): void {
  page.scrolls.settle();
  page.framed.settle();
  if (isLink(target as Node)) moveAgain(page);
}

function moveAgain({ motion, framed }: WholePage): void {
  motion.again();
  framed.again();
}

function lookups(swap: PageSwap): Pick<Mirror, 'nodeOf' | 'idOf' | 'hitTest' | 'pointOf' | 'boxOf' | 'cursorAt'> {
  return {
    nodeOf: (id) => swap.page?.framed.peek(id) ?? null,
    idOf: (node) => swap.page?.framed.id(node) ?? null,
    hitTest: (x, y) => (swap.page && hitAt(swap.page.document, swap.page.framed, x, y)?.spot) ?? null,
    pointOf: (spot) => (swap.page ? pointOf(swap.page.document, swap.page.framed, spot) : null),
    boxOf(id) {
      const node = swap.page?.framed.peek(id);
      return swap.page && node ? boxOf(swap.page.document, node) : null;
    },
    cursorAt(x, y) {
      const hit = swap.page && hitAt(swap.page.document, swap.page.framed, x, y);
      return hit ? (hit.element.ownerDocument.defaultView?.getComputedStyle(hit.element).cursor ?? 'default') : 'default';
    },
  };
}

function texts(swap: PageSwap): Pick<Mirror, 'unpainted' | 'caretAt' | 'textBetween' | 'textBoxes'> {
  return {
    unpainted: () => swap.page?.framed.unpainted() ?? { fields: [], boxes: [] },
    caretAt: (point) => (swap.page && caretAt(swap.page.document, swap.page.framed, point)) ?? null,
    textBetween: (one, other) => (swap.page && between(swap.page.framed, one, other)) ?? null,
    textBoxes(text) {
      const ends = swap.page && endsOf(swap.page.framed, text);
      return swap.page && ends ? boxesOf(swap.page.document, [rangeOf(ends)]) : [];
    },
  };
}

function scrollPage({ document, framed }: WholePage, x: number, y: number, dx: number, dy: number): ScrolledBox | null {
  const hit = hitAt(document, framed, x, y);
  const box = scrollableAround(document, hit?.element ?? document, dx, dy);
  const found = box && framed.find(box);
  if (box === undefined || found === undefined) return null;
  const { left, top } = positionOf(box);
  found.page.scrolls.hold(found.ownId);
  scrollTo(box, { left: left + dx, top: top + dy });
  return { id: found.id, ...positionOf(box) };
}

/** Tells once for all batches that one paint brings. */
function paintAnnouncer(tell: () => void): () => void {
  let requested = false;
  return () => {
    if (requested) return;
    requested = true;
    // A frame's callback runs before its paint; the next one's after it.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        requested = false;
        tell();
      }),
    );
  };
}
