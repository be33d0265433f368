import { createAssetCache } from '../delivery/asset-cache.ts';
import { type BatchJoiner, createBatchJoiner } from '../delivery/batch-joiner.ts';
import { framedId, frameOf, idInFrame, MAX_FRAME_NUMBER } from '../protocol/framed-id.ts';
import { Flag } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { MAX_FRAMED, MAX_FRAMED_BATCH_BYTES } from '../protocol/limits.ts';
import { type PageVisitor, readPageBatch } from '../protocol/page-reader.ts';
import { type Assets, createAssets } from './assets.ts';
import { applyChange, forwardTo, startsWithReset } from './forward.ts';
import type { ForeignContent } from './foreign.ts';
import { CannotApply, FRAMED_LIMITS, isFrame } from './node-table.ts';
import { type MirroredPage, openPage } from './page.ts';
import type { Resources } from './resources.ts';
import type { FieldRange } from './text-ranges.ts';

/** What is told of the documents in a page's frames. */
export interface FramedEvents {
  answersChanged(): void;
  /** One of them is in sight: another document than before. */
  opened(document: Document): void;
  /** The consumer's focus, through frames. */
  focused(id: number): void;
  /** The list of a select element is open; 0: none is. */
  listed(id: number): void;
}

export interface FramedSite {
  readonly resourceOrigins: readonly string[];
  /** Nobody hands out any for them. */
  readonly resources: Resources;
  /** Stands for the consumer. */
  readonly colour: string;
  readonly events: FramedEvents;
}

/** A node, and the page that it belongs to. */
interface Found {
  readonly page: MirroredPage;
  /** By which the agent's side knows the node. */
  readonly id: number;
  /** By which its own page does. */
  readonly ownId: number;
}

/**
 * The documents in the frames of a page that their own tags tell of (protocol section 6.7), each a page with ids, styles and assets of its own. What one of them says can spoil that one alone: it is gone then, until the page's own tag places it anew.
 */
export interface FramedPages {
  /** What the page's own batches say of them. */
  readonly visitor: Pick<PageVisitor, 'frame' | 'framePart'>;
  /** Of the page and of all in it. */
  id(node: Node): number | undefined;
  peek(id: number): Node | undefined;
  find(node: Node): Found | undefined;
  /** The page that an id is of. */
  pageOf(id: number): MirroredPage | undefined;
  /** The consumer's focus in the page itself. */
  focus(id: number): void;
  /** The list that is open in the page itself. */
  list(id: number): void;
  /** What of the consumer's selection the pages themselves cannot show. */
  unpainted(): { readonly fields: readonly FieldRange[]; readonly boxes: readonly DOMRect[] };
  /** Frames and plugins whose content is not in the mirror. */
  foreign(): ForeignContent[];
  /** What the consumer points at, through frames. */
  hover(id: number): void;
  /** The page has changed. */
  settle(): void;
  /** Styles have come, or time has stood still here: what moves goes where it is to be now. */
  again(): void;
  dispose(): void;
}

interface Framed {
  readonly number: number;
  readonly owner: number;
  readonly element: HTMLIFrameElement;
  readonly joiner: BatchJoiner;
  page: MirroredPage | undefined;
  focused: number;
}

/** A framed document says nothing of frames: all of them are told of by the page's own tag. */
const NO_FRAMES: Pick<PageVisitor, 'frame' | 'framePart'> = {
  frame() {
    throw new CannotApply('a frame that a framed document tells of');
  },
  framePart() {
    throw new CannotApply('a part that a framed document tells of');
  },
};

/** @param root the page that they are in */
export function createFramedPages(root: MirroredPage, { resourceOrigins, resources, colour, events }: FramedSite): FramedPages {
  const all = new Map<number, Framed>();
  let rootFocused = 0;
  let focused = 0;
  let pointed = 0;
  let documentWithList = 0;

  const pageWith = (number: number): MirroredPage | undefined => (number === 0 ? root : all.get(number)?.page);

  function frame(number: number, owner: number, elementId: number): void {
    if (number < 1 || number > MAX_FRAME_NUMBER) throw new CannotApply(`framed document ${number}; allowed are 1 to ${MAX_FRAME_NUMBER}`);
    drop(all.get(number));
    if (elementId === 0) return;
    if (all.size >= MAX_FRAMED) throw new CannotApply(`more than ${MAX_FRAMED} framed documents`);
    const element = pageWith(owner)?.nodes.peek(elementId);
    // Whoever tells of the frame around it may have said anything, or be gone by now.
    if (element === undefined || !isFrame(element) || isTaken(owner, element)) return;
    for (const other of all.values()) if (other.element === element) drop(other);
    all.set(number, { number, owner, element, joiner: createBatchJoiner(MAX_FRAMED_BATCH_BYTES), page: undefined, focused: 0 });
  }

  /** The page around it has a document of its own there. */
  function isTaken(owner: number, { contentDocument }: HTMLIFrameElement): boolean {
    return contentDocument === null || pageWith(owner)?.nodes.id(contentDocument) !== undefined;
  }

  function framePart(number: number, type: number, flags: number, payload: Uint8Array): void {
    const framed = all.get(number);
    if (framed === undefined) return;
    try {
      take(framed, { type: type as FrameType, flags, payload });
    } catch {
      // Its own fault.
      drop(framed);
    }
  }

  function take(framed: Framed, part: { readonly type: FrameType; readonly flags: number; readonly payload: Uint8Array }): void {
    const { joiner } = framed;
    const expanded = joiner.expand(part);
    if (part.type === FrameType.ASSET) {
      framed.page?.assets.part(expanded);
      return;
    }
    const batch = joiner.join(part, expanded, part.type === FrameType.KEYFRAME && !(part.flags & Flag.LINKED));
    if (batch === undefined || !framed.element.isConnected) return;
    if (startsWithReset(batch)) build(framed, batch);
    else if (framed.page) applyChange({ ...framed.page.visitor, ...NO_FRAMES }, batch);
    settleOne(framed);
  }

  function build(framed: Framed, keyframe: Uint8Array): void {
    const { element, owner } = framed;
    if (isTaken(owner, element)) throw new CannotApply('the page around it has a document there');
    leave(framed);
    let fresh: MirroredPage | undefined;
    const visitor = forwardTo(
      () => {
        if (fresh === undefined) throw new CannotApply('a keyframe that does not begin with RESET');
        return { ...fresh.visitor, ...NO_FRAMES };
      },
      (info, _dpr, features) => {
        if (fresh !== undefined) throw new CannotApply('a second RESET in a batch');
        framed.page = fresh = openPage({
          ...{ frame: element, outermost: root.frame, info, features, resourceOrigins, colour, limits: FRAMED_LIMITS },
          ...{ assets: assetsOf(framed), resources },
          events: {
            resized: () => undefined,
            moved: () => undefined,
            // Two fingers bring the page itself nearer, and no frame alone.
            narrowed: () => undefined,
            listed: (id) => list(framed.number, id),
            answersChanged: events.answersChanged,
            focused(id) {
              framed.focused = id;
              tellFocus();
            },
          },
        });
      },
    );
    readPageBatch(keyframe, visitor);
    if (framed.page) events.opened(framed.page.document);
    hover(pointed);
  }

  /** With a cache of its own: what one document brings is shown to no other. */
  function assetsOf(framed: Framed): Assets {
    return createAssets(createAssetCache(), {
      picture: (picture) => framed.page?.pictures.show(picture),
      // Nothing was asked for.
      resource: () => undefined,
      missing: () => drop(framed),
      broken: () => drop(framed),
    });
  }

  function leave(framed: Framed): void {
    framed.page?.dispose();
    framed.page = undefined;
    framed.focused = 0;
    list(framed.number, 0);
  }

  /** That none is open counts where one was. */
  function list(number: number, id: number): void {
    if (id === 0 && number !== documentWithList) return;
    documentWithList = number;
    events.listed(framedId(number, id));
  }

  /** With those that are in it. */
  function drop(framed: Framed | undefined): void {
    if (framed === undefined || !all.delete(framed.number)) return;
    const { page, element, owner, number } = framed;
    leave(framed);
    if (page !== undefined && element.contentDocument === page.document && !isTaken(owner, element)) page.document.replaceChildren();
    for (const inner of [...all.values()]) if (inner.owner === number) drop(inner);
    tellFocus();
  }

  function tellFocus(): void {
    let number = 0;
    let id = rootFocused;
    for (let inner = innerAt(number, id); inner !== undefined; inner = innerAt(number, id)) {
      number = inner.number;
      id = inner.focused;
    }
    const next = framedId(number, id);
    if (next === focused) return;
    focused = next;
    events.focused(next);
  }

  /** Of an element that has the focus: the document in it, if the focus is on something there. */
  function innerAt(owner: number, elementId: number): Framed | undefined {
    const element = pageWith(owner)?.nodes.peek(elementId);
    return [...all.values()].find((framed) => framed.owner === owner && framed.element === element && framed.focused > 0);
  }

  function hover(id: number): void {
    pointed = id;
    const within = new Map<number, number>([[frameOf(id), idInFrame(id)]]);
    for (let at = all.get(frameOf(id)); at !== undefined; at = all.get(at.owner)) {
      within.set(at.owner, pageWith(at.owner)?.nodes.id(at.element) ?? 0);
    }
    for (const [number, page] of pages()) page.marks.hover.point(within.get(number) ?? 0);
  }

  function settleOne({ page }: Framed): void {
    page?.scrolls.settle();
    page?.marks.again();
    page?.motion.settle();
  }

  const pages = (): [number, MirroredPage][] =>
    [0, ...all.keys()].flatMap((number): [number, MirroredPage][] => {
      const page = pageWith(number);
      return page === undefined ? [] : [[number, page]];
    });

  function find(node: Node): Found | undefined {
    for (const [number, page] of pages()) {
      const ownId = page.nodes.id(node);
      if (ownId !== undefined) return { page, ownId, id: framedId(number, ownId) };
    }
    return undefined;
  }

  return {
    visitor: { frame, framePart },
    id: (node) => find(node)?.id,
    peek: (id) => pageWith(frameOf(id))?.nodes.peek(idInFrame(id)),
    find,
    pageOf: (id) => pageWith(frameOf(id)),
    focus(id) {
      rootFocused = id;
      tellFocus();
    },
    list: (id) => list(0, id),
    hover,
    unpainted: () => ({
      fields: pages().flatMap(([, { marks }]) => marks.selection.fields()),
      boxes: pages().flatMap(([, { marks }]) => marks.selection.boxes()),
    }),
    foreign() {
      const isFilled = (owner: number, id: number): boolean =>
        [...all.values()].some(
          ({ page, ...at }) => page !== undefined && at.owner === owner && at.element === pageWith(owner)?.nodes.peek(id),
        );
      return pages().flatMap(([number, { foreign }]) =>
        foreign
          .list()
          .filter(({ node }) => !isFilled(number, node))
          .map(({ node, host }) => ({ node: framedId(number, node), host })),
      );
    },
    settle() {
      for (const framed of all.values()) settleOne(framed);
    },
    again() {
      for (const { page } of all.values()) page?.motion.again();
    },
    dispose() {
      for (const { page } of all.values()) page?.dispose();
      all.clear();
    },
  };
}
