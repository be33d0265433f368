import { type AssetCache, createAssetCache } from '../delivery/asset-cache.ts';
import type { Spot } from '../protocol/action.ts';
import { readPageBatch } from '../protocol/page-reader.ts';
import { createAssets } from './assets.ts';
import { forwardTo, IGNORING, startsWithReset } from './forward.ts';
import { boxOf, hitAt, type Point, pointOf } from './hit-test.ts';
import { CannotApply } from './node-table.ts';
import type { MirroredPage, Size } from './page.ts';
import { createPageSwap, type PageSwap, type PageSwapEvents } from './page-swap.ts';
import { positionOf, type Position, scrollableAround, scrollTo } from './scroll-positions.ts';

export type { Point } from './hit-test.ts';
export type { Size } from './page.ts';

export interface MirrorOptions {
  /** The mirror's frame is put into it; give it a position (not static). */
  readonly host: HTMLElement;
  /** Origins, besides the page's own, from which images, styles, fonts and media may come. */
  readonly resourceOrigins: readonly string[];
  /** Large style sheets of earlier pages. */
  readonly cache?: AssetCache;
  /** The tag takes a style sheet for known that is not in the cache. */
  readonly onMissing?: () => void;
  /** The page is in sight. */
  readonly onShown?: () => void;
  /** A batch could not be applied: a keyframe is needed. Told once; then batches are ignored until one comes. */
  readonly onBroken?: (reason: string) => void;
  /** The browser has painted what the last batches brought. */
  readonly onPainted?: () => void;
  /** Something in the mirror was scrolled. */
  readonly onScrolled?: () => void;
  readonly onSize?: (size: Size) => void;
  readonly onUrl?: (url: string) => void;
  /** The consumer's focus moved; 0: nowhere. */
  readonly onFocus?: (id: number) => void;
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
  let disposed = false;
  const announcePaint = paintAnnouncer(() => !disposed && options.onPainted?.());
  const { cache = createAssetCache() } = options;
  const events: PageSwapEvents = {
    tookOver(page) {
      broken = false;
      watch(page);
    },
    resized(next) {
      size = next;
      options.onSize?.(next);
    },
    moved: (url) => options.onUrl?.(url),
    focused: (id) => options.onFocus?.(id),
    revealed() {
      if (options.onPainted) announcePaint();
      options.onShown?.();
    },
  };
  const swap = createPageSwap(options.host, {
    resourceOrigins: () => options.resourceOrigins,
    createAssets: () =>
      createAssets(
        cache,
        (picture) => swap.page?.pictures.show(picture),
        () => !disposed && options.onMissing?.(),
        fail,
      ),
    events,
  });

  function apply(batch: Uint8Array): void {
    const isKeyframe = startsWithReset(batch);
    if (disposed || (!isKeyframe && (broken || swap.page === undefined))) return;
    try {
      if (isKeyframe) swap.replace(batch);
      else if (swap.page) change(swap.page, batch);
      swap.page?.scrolls.settle();
      if (options.onPainted && swap.isRevealed) announcePaint();
    } catch (fault) {
      fail(fault);
    }
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

  function watch(page: MirroredPage): void {
    const { document, frame } = page;
    document.addEventListener('load', () => page.scrolls.settle(), { capture: true, passive: true });
    document.addEventListener('scroll', () => options.onScrolled?.(), { capture: true, passive: true });
    frame.addEventListener('load', () => {
      if (frame.contentDocument === document || page !== swap.page) return;
      // Nothing in a mirror can navigate it. Should it happen all the same, the page goes and a new one is asked for.
      swap.clear();
      fail('the mirror left its document');
    });
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
    scrollBy: (x, y, dx, dy) => (swap.page ? scrollPage(swap.page, x, y, dx, dy) : null),
    releaseScroll: (id) => swap.page?.scrolls.release(id),
    dispose() {
      disposed = true;
      swap.clear();
    },
  };
}

function change({ visitor }: MirroredPage, batch: Uint8Array): void {
  // Read once for nothing: bytes that are no batch are found before they change anything.
  readPageBatch(batch, IGNORING);
  readPageBatch(
    batch,
    forwardTo(
      () => visitor,
      () => {
        throw new CannotApply('a RESET in the middle of a batch');
      },
    ),
  );
}

function lookups(swap: PageSwap): Pick<Mirror, 'nodeOf' | 'idOf' | 'hitTest' | 'pointOf' | 'boxOf' | 'cursorAt'> {
  return {
    nodeOf: (id) => swap.page?.nodes.peek(id) ?? null,
    idOf: (node) => swap.page?.nodes.id(node) ?? null,
    hitTest: (x, y) => (swap.page && hitAt(swap.page.document, swap.page.nodes, x, y)?.spot) ?? null,
    pointOf: (spot) => (swap.page ? pointOf(swap.page.document, swap.page.nodes, spot) : null),
    boxOf(id) {
      const node = swap.page?.nodes.peek(id);
      return swap.page && node ? boxOf(swap.page.document, node) : null;
    },
    cursorAt(x, y) {
      const hit = swap.page && hitAt(swap.page.document, swap.page.nodes, x, y);
      return hit ? (hit.element.ownerDocument.defaultView?.getComputedStyle(hit.element).cursor ?? 'default') : 'default';
    },
  };
}

function scrollPage(page: MirroredPage, x: number, y: number, dx: number, dy: number): ScrolledBox | null {
  const hit = hitAt(page.document, page.nodes, x, y);
  const box = scrollableAround(page.document, hit?.element ?? page.document, dx, dy);
  const id = box && page.nodes.id(box);
  if (box === undefined || id === undefined) return null;
  const { left, top } = positionOf(box);
  page.scrolls.hold(id);
  scrollTo(box, { left: left + dx, top: top + dy });
  return { id, ...positionOf(box) };
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
