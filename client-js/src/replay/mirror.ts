import type { Spot } from '../protocol/action.ts';
import { ByteReader } from '../protocol/bytes.ts';
import { PageOp } from '../protocol/page-op.ts';
import { type PageVisitor, readPageBatch } from '../protocol/page-reader.ts';
import { boxOf, hitAt, type Point, pointOf } from './hit-test.ts';
import { CannotApply } from './node-table.ts';
import { type MirroredPage, openPage, type Size } from './page.ts';
import { createSandboxFrame } from './sandbox-frame.ts';
import { positionOf, type Position, scrollableAround, scrollTo } from './scroll-positions.ts';

export type { Point } from './hit-test.ts';
export type { Size } from './page.ts';

export interface MirrorOptions {
  /** The mirror's frame is put into it; give it a position (not static). */
  readonly host: HTMLElement;
  /** Origins, besides the page's own, from which images, styles, fonts and media may come. */
  readonly resourceOrigins: readonly string[];
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

/** How long a new page waits unseen for its linked styles, while the one before stays in sight. */
const STYLED_WITHIN_MILLIS = 400;

export function createMirror(options: MirrorOptions): Mirror {
  const { host } = options;
  /** The page that batches change and that is hit; from its keyframe on, even before it is revealed. */
  let page: MirroredPage | undefined;
  /** The page in sight. */
  let shown: MirroredPage | undefined;
  let size: Size = { width: 0, height: 0 };
  let broken = false;
  let disposed = false;
  let paintRequested = false;

  function apply(batch: Uint8Array): void {
    if (disposed) return;
    const isKeyframe = startsWithReset(batch);
    if (!isKeyframe && (broken || page === undefined)) return;
    try {
      if (isKeyframe) replacePage(batch);
      else changePage(batch);
      page?.scrolls.settle();
      announcePaint();
    } catch (fault) {
      broken = true;
      options.onBroken?.(fault instanceof Error ? fault.message : String(fault));
    }
  }

  /** The new page takes over only when the whole keyframe is applied. */
  function replacePage(batch: Uint8Array): void {
    let fresh: MirroredPage | undefined;
    let freshSize = size;
    const frame = createSandboxFrame(host.ownerDocument);
    frame.style.visibility = 'hidden';
    host.append(frame);
    try {
      const visitor = forwardTo(
        () => {
          if (fresh === undefined) throw new CannotApply('a keyframe that does not begin with RESET');
          return fresh.visitor;
        },
        (info) => {
          if (fresh !== undefined) throw new CannotApply('a second RESET in a batch');
          freshSize = info;
          resize(frame, freshSize);
          fresh = openPage(frame, info, options.resourceOrigins, {
            resized: (next) => {
              freshSize = next;
              resize(frame, next);
              if (page?.frame === frame) tellSize(next);
            },
            moved: (url) => options.onUrl?.(url),
            focused: (id) => options.onFocus?.(id),
          });
          options.onUrl?.(info.url);
        },
      );
      readPageBatch(batch, visitor);
    } catch (fault) {
      frame.remove();
      throw fault;
    }
    if (fresh !== undefined) takeOver(fresh, freshSize);
  }

  function takeOver(fresh: MirroredPage, freshSize: Size): void {
    if (page !== undefined && page !== shown) page.frame.remove();
    page?.frame.removeAttribute('data-testid');
    page = fresh;
    page.frame.setAttribute('data-testid', 'mirror');
    broken = false;
    watch(page);
    tellSize(freshSize);
    if (shown === undefined) reveal(page);
    else void styled(page.document).then(() => reveal(fresh));
  }

  function reveal(next: MirroredPage): void {
    if (disposed || next !== page) return;
    if (shown !== next) shown?.frame.remove();
    shown = next;
    next.scrolls.settle();
    next.frame.style.visibility = '';
  }

  function changePage(batch: Uint8Array): void {
    readPageBatch(batch, IGNORING);
    if (page === undefined) return;
    const { visitor } = page;
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

  function watch(watched: MirroredPage): void {
    const { document, frame } = watched;
    document.addEventListener('load', () => watched.scrolls.settle(), { capture: true, passive: true });
    document.addEventListener('scroll', () => options.onScrolled?.(), { capture: true, passive: true });
    frame.addEventListener('load', () => {
      if (frame.contentDocument === document || watched !== page) return;
      // Nothing in a mirror can navigate it. Should it happen all the same, the page goes and a new one is asked for.
      frame.remove();
      broken = true;
      options.onBroken?.('the mirror left its document');
    });
  }

  function tellSize(next: Size): void {
    size = { width: next.width, height: next.height };
    options.onSize?.(size);
  }

  function announcePaint(): void {
    if (options.onPainted === undefined || paintRequested) return;
    paintRequested = true;
    // A frame's callback runs before its paint; the next one's after it.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        paintRequested = false;
        if (!disposed) options.onPainted?.();
      }),
    );
  }

  return {
    apply,
    get document() {
      return page?.document ?? null;
    },
    get frame() {
      return page?.frame ?? null;
    },
    get size() {
      return size;
    },
    nodeOf: (id) => page?.nodes.peek(id) ?? null,
    idOf: (node) => page?.nodes.id(node) ?? null,
    hitTest: (x, y) => (page && hitAt(page.document, page.nodes, x, y)?.spot) ?? null,
    pointOf: (spot) => (page ? pointOf(page.document, page.nodes, spot) : null),
    boxOf(id) {
      const node = page?.nodes.peek(id);
      return page && node ? boxOf(page.document, node) : null;
    },
    cursorAt(x, y) {
      const hit = page && hitAt(page.document, page.nodes, x, y);
      return hit ? (hit.element.ownerDocument.defaultView?.getComputedStyle(hit.element).cursor ?? 'default') : 'default';
    },
    scrollBy(x, y, dx, dy) {
      if (page === undefined) return null;
      const hit = hitAt(page.document, page.nodes, x, y);
      const box = scrollableAround(page.document, hit?.element ?? page.document, dx, dy);
      const id = box && page.nodes.id(box);
      if (box === undefined || id === undefined) return null;
      const { left, top } = positionOf(box);
      page.scrolls.hold(id);
      scrollTo(box, { left: left + dx, top: top + dy });
      return { id, ...positionOf(box) };
    },
    releaseScroll: (id) => page?.scrolls.release(id),
    dispose() {
      disposed = true;
      page?.frame.remove();
      shown?.frame.remove();
      page = shown = undefined;
    },
  };
}

function resize(frame: HTMLIFrameElement, { width, height }: Size): void {
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
}

function startsWithReset(batch: Uint8Array): boolean {
  try {
    const whole = new ByteReader(batch);
    return new ByteReader(whole.take(whole.varint())).varint() === PageOp.RESET;
  } catch {
    return false;
  }
}

/** Resolves when the document's linked styles have loaded or failed, or are too late. */
async function styled(document: Document): Promise<void> {
  const links = Array.from(document.querySelectorAll<HTMLLinkElement>('link[href]')).filter((link) => link.sheet === null);
  if (links.length === 0) return;
  const settled = links.map(
    (link) =>
      new Promise<void>((resolve) => {
        link.addEventListener('load', () => resolve(), { once: true });
        link.addEventListener('error', () => resolve(), { once: true });
      }),
  );
  await Promise.race([Promise.all(settled), new Promise((resolve) => setTimeout(resolve, STYLED_WITHIN_MILLIS))]);
}

/** Reads a batch to its end without doing anything: malformed ones are found before they change the page. */
const IGNORING = new Proxy({} as PageVisitor, { get: () => () => undefined });

/** The visitor of a page that may only come into being with the batch's first operation. */
function forwardTo(target: () => Omit<PageVisitor, 'reset'>, reset: PageVisitor['reset']): PageVisitor {
  return {
    reset,
    nodes: (parentId, nextId) => target().nodes(parentId, nextId),
    openDocument: (id, info) => target().openDocument(id, info),
    doctype: (id, name, publicId, systemId) => target().doctype(id, name, publicId, systemId),
    openShadow: (id) => target().openShadow(id),
    text: (id, data) => target().text(id, data),
    openElement: (id, namespace, tag, names, values) => target().openElement(id, namespace, tag, names, values),
    css: (baseUrl, css) => target().css(baseUrl, css),
    close: () => target().close(),
    endNodes: () => target().endNodes(),
    remove: (ids) => target().remove(ids),
    move: (id, parentId, nextId) => target().move(id, parentId, nextId),
    setText: (id, data) => target().setText(id, data),
    attribute: (id, name, value) => target().attribute(id, name, value),
    value: (id, value) => target().value(id, value),
    checked: (id, bits) => target().checked(id, bits),
    selected: (id, indices) => target().selected(id, indices),
    scroll: (id, left, top) => target().scroll(id, left, top),
    viewport: (width, height, dpr) => target().viewport(width, height, dpr),
    sheet: (id, baseUrl, css) => target().sheet(id, baseUrl, css),
    sheetInsert: (id, index, rule) => target().sheetInsert(id, index, rule),
    sheetDelete: (id, index) => target().sheetDelete(id, index),
    sheetDisabled: (id, disabled) => target().sheetDisabled(id, disabled),
    adoptedSheet: (id, baseUrl, css) => target().adoptedSheet(id, baseUrl, css),
    adopt: (id, ids) => target().adopt(id, ids),
    focus: (id) => target().focus(id),
    modal: (id, state) => target().modal(id, state),
    url: (url) => target().url(url),
  };
}
