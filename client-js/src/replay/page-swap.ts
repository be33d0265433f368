import type { DocumentInfo } from '../protocol/page-op.ts';
import type { PageEvents } from './page.ts';
import { type PageVisitor, readPageBatch } from '../protocol/page-reader.ts';
import { forwardTo } from './forward.ts';
import { createFramedPages, type FramedPages } from './framed-pages.ts';
import { CannotApply } from './node-table.ts';
import { type MirroredPage, openPage, type PageSupplies, type Size } from './page.ts';
import type { Resources } from './resources.ts';
import { createSandboxFrame } from './sandbox-frame.ts';

/** How long a page waits unseen for large style sheets that are on their way: without them it would be another page. */
const SHEETS_WITHIN_MILLIS = 5_000;
/** How long a new page waits unseen for its linked styles, while the one before stays in sight. */
const STYLED_WITHIN_MILLIS = 400;

export interface PageSwapOptions {
  readonly resourceOrigins: () => readonly string[];
  readonly supplies: () => PageSupplies;
  /** What stands for images and fonts in documents that their own tags tell of. */
  readonly framedResources: Resources;
  /** Stands for the consumer where the page has no colours of its own. */
  readonly colour: () => string;
  readonly events: PageSwapEvents;
}

/** A page with what is in its frames. */
export interface WholePage extends MirroredPage {
  readonly visitor: Omit<PageVisitor, 'reset'>;
  readonly framed: FramedPages;
}

export interface PageSwapEvents extends PageEvents {
  /** A page took over: changes are for it from now on. */
  tookOver(page: WholePage): void;
  /** A document in one of its frames is another one now. */
  framedOpened(document: Document): void;
  /** The page is in sight now. */
  revealed(): void;
}

/** Every keyframe is built in a frame of its own, out of sight; the page before it goes when the new one is fit to be seen. */
export interface PageSwap {
  /** The page that changes are for, and that is hit: from its keyframe on, even before it is revealed. */
  readonly page: WholePage | undefined;
  /** Whether that page is in sight. */
  readonly isRevealed: boolean;
  /** Whether any page is. */
  readonly isShowing: boolean;
  /** Builds a keyframe's page. @throws whatever keeps it from being built; the page before it stays then */
  replace(keyframe: Uint8Array): void;
  /** Takes everything out. */
  clear(): void;
}

export function createPageSwap(host: HTMLElement, options: PageSwapOptions): PageSwap {
  const { resourceOrigins, supplies, colour, events } = options;
  let page: WholePage | undefined;
  let shown: WholePage | undefined;

  function replace(keyframe: Uint8Array): void {
    const frame = createSandboxFrame(host.ownerDocument);
    frame.style.visibility = 'hidden';
    host.append(frame);
    try {
      const [fresh, size] = build(frame, keyframe);
      takeOver(fresh);
      events.resized(size);
    } catch (fault) {
      frame.remove();
      throw fault;
    }
  }

  function build(frame: HTMLIFrameElement, keyframe: Uint8Array): [WholePage, Size] {
    let fresh: WholePage | undefined;
    let size: Size = { width: 0, height: 0 };
    const opened = (): WholePage => {
      if (fresh === undefined) throw new CannotApply('a keyframe that does not begin with RESET');
      return fresh;
    };
    const resized = (next: Size): void => {
      size = next;
      resize(frame, next);
      if (page?.frame === frame) events.resized(next);
    };
    const visitor = forwardTo(
      () => opened().visitor,
      (info, _dpr, features) => {
        if (fresh !== undefined) throw new CannotApply('a second RESET in a batch');
        resized({ width: info.width, height: info.height });
        fresh = open(frame, info, features, resized);
        events.moved(info.url);
        events.listed(0);
        events.narrowed(null);
      },
    );
    readPageBatch(keyframe, visitor);
    return [opened(), size];
  }

  function open(frame: HTMLIFrameElement, info: DocumentInfo, features: number, resized: PageEvents['resized']): WholePage {
    const origins = resourceOrigins();
    const focused = (id: number): void => framed.focus(id);
    const listed = (id: number): void => framed.list(id);
    const opened = openPage({
      ...{ frame, outermost: frame, info, features, resourceOrigins: origins },
      events: { ...events, resized, focused, listed },
      ...supplies(),
      colour: colour(),
    });
    const framed = createFramedPages(opened, {
      resourceOrigins: origins,
      resources: options.framedResources,
      colour: colour(),
      events: { ...events, opened: events.framedOpened },
    });
    return { ...opened, visitor: { ...opened.visitor, ...framed.visitor }, framed };
  }

  function takeOver(fresh: WholePage): void {
    dispose();
    if (page !== undefined && page !== shown) page.frame.remove();
    page?.frame.removeAttribute('data-testid');
    page = fresh;
    page.frame.setAttribute('data-testid', 'mirror');
    events.tookOver(page);
    if (shown === undefined && !fresh.assets.isWaiting) reveal(fresh);
    else void fit(fresh, shown !== undefined).then(() => reveal(fresh));
  }

  function dispose(): void {
    page?.framed.dispose();
    page?.dispose();
  }

  function reveal(next: WholePage): void {
    if (next !== page) return;
    if (shown !== next) shown?.frame.remove();
    shown = next;
    next.scrolls.settle();
    next.frame.style.visibility = '';
    events.revealed();
  }

  return {
    get page() {
      return page;
    },
    get isRevealed() {
      return page !== undefined && page === shown;
    },
    get isShowing() {
      return shown !== undefined;
    },
    replace,
    clear() {
      dispose();
      page?.frame.remove();
      shown?.frame.remove();
      page = shown = undefined;
    },
  };
}

/** Resolves when a page has the sheets that are sent with it, and with `isPatient` those that it links; or when they are too late. */
async function fit({ assets, document }: MirroredPage, isPatient: boolean): Promise<void> {
  await Promise.race([assets.settled(), new Promise((resolve) => setTimeout(resolve, SHEETS_WITHIN_MILLIS))]);
  if (isPatient) await styled(document);
}

function resize(frame: HTMLIFrameElement, { width, height }: Size): void {
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
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
