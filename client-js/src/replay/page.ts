import { type DocumentInfo, HoldKind } from '../protocol/page-op.ts';
import { hasFeature, watchMediaFeatures } from '../protocol/media-features.ts';
import type { PageVisitor } from '../protocol/page-reader.ts';
import { type DocumentAddress, plainOrigins, sheetAddress, withoutFragment } from './addresses.ts';
import type { Assets } from './assets.ts';
import { createAttributeSetter } from './attributes.ts';
import { watchFailures } from './failures.ts';
import { createFocusMark, type FocusMark } from './focus-mark.ts';
import { setChecked, setModal, setSelected, setValue } from './form-state.ts';
import { createForeign, type Foreign } from './foreign.ts';
import { createHolds } from './holds.ts';
import {
  CannotApply,
  createNodeTable,
  isCanvas,
  isDialog,
  isDocument,
  isElement,
  isFrame,
  isStyle,
  type NodeLimits,
  type NodeTable,
} from './node-table.ts';
import { createMediaAnswers } from './media-queries.ts';
import { createMotion, type Motion } from './motion.ts';
import { createPageCss } from './page-css.ts';
import { createPictures, type Pictures } from './pictures.ts';
import { setPlayback } from './playback.ts';
import type { Resources } from './resources.ts';
import { resettle, restyle } from './resettle.ts';
import { contentPolicy, openEmptyDocument } from './sandbox-frame.ts';
import { createScrollPositions, type ScrollPositions } from './scroll-positions.ts';
import { createSheets } from './sheets.ts';
import { createStateMarks, type StateEvents, type StateMarks } from './state-marks.ts';
import { addressOf, createTreeBuilder, type TreeBuilder } from './tree-builder.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a page tells the mirror that holds it. */
export interface PageEvents extends StateEvents {
  resized(size: Size): void;
  moved(url: string): void;
  focused(id: number): void;
  /** Styles in this browser are answered otherwise than when the page was built. */
  answersChanged(): void;
}

/** What a page is built with that comes apart from its batches. */
export interface PageSupplies {
  readonly assets: Assets;
  readonly resources: Resources;
}

/** What a page is opened with. */
export interface PageSite extends PageSupplies {
  /** Attached, and empty but for the document of its own. */
  readonly frame: HTMLIFrameElement;
  /** The mirror's own, which must not have the agent's keyboard. */
  readonly outermost: HTMLIFrameElement;
  readonly info: DocumentInfo;
  /** What its styles are told of the consumer's device and taste. */
  readonly features: number;
  readonly resourceOrigins: readonly string[];
  readonly events: PageEvents;
  /** Stands for the consumer. */
  readonly colour: string;
  /** Of what it may number and hold; else that of a page. */
  readonly limits?: NodeLimits;
}

/** One keyframe's page in its frame, and how batches change it. */
export interface MirroredPage {
  readonly frame: HTMLIFrameElement;
  readonly document: Document;
  readonly nodes: NodeTable;
  readonly scrolls: ScrollPositions;
  readonly assets: Assets;
  readonly pictures: Pictures;
  readonly marks: StateMarks;
  readonly foreign: Foreign;
  readonly motion: Motion;
  readonly visitor: Omit<PageVisitor, 'reset' | 'frame' | 'framePart'>;
  /** A batch was applied: what it brought is looked after, and whatever could not be loaded is asked for. */
  settled(): void;
  /** Images and fonts have come for these addresses. */
  supplied(addresses: ReadonlySet<string>): void;
  /** No change comes any more, nothing is listened to, and nothing is kept that was only for this page. */
  dispose(): void;
}

/** Opens a page in an attached frame. */
export function openPage({ frame, outermost, info, features, events, colour, limits, ...site }: PageSite): MirroredPage {
  const { resourceOrigins, assets, resources } = site;
  const origins = plainOrigins([info.url, ...resourceOrigins]);
  const policy = contentPolicy(origins);
  const document = openEmptyDocument(frame, info.mode, policy);
  const watched = watchMediaFeatures(frame.contentWindow ?? window, () => events.answersChanged());
  const css = createPageCss(createMediaAnswers(features, watched.bits()), resources);
  const nodes = createNodeTable(limits);
  const holds = createHolds();
  const foreign = createForeign(nodes, holds.isHeld);
  const attributes = createAttributeSetter(document, origins, css, foreign, resources);
  const sheets = createSheets(nodes, assets, css, () => queueMicrotask(motion.again));
  const addresses = new WeakMap<Document, DocumentAddress>([[document, addressOf(info)]]);
  const pictures = createPictures(nodes);
  const failures = watchFailures(nodes, resources);
  const builder = createTreeBuilder({ document, nodes, attributes, foreign, sheets, pictures, css, policy, addresses });
  const scrolls = createScrollPositions(nodes);
  const focus = createFocusMark();
  const marks = createStateMarks(outermost.contentDocument ?? document, nodes, colour, hasFeature(features, 'hover:hover'), events);
  const addressAt = (node: Node): DocumentAddress =>
    addresses.get(isDocument(node) ? node : (node.ownerDocument ?? document)) ?? addressOf(info);
  const motion = createMotion(nodes, (value, on) => css.mirrored(value, addressAt(on)));

  const visitor: MirroredPage['visitor'] = {
    ...builder,
    ...structure(nodes, builder, focus),
    ...marks.visitor,
    ...motion.visitor,
    attribute(id, name, value) {
      const element = nodes.element(id);
      if (builder.isDead(element)) return;
      if (name === 'open' && value === null && isDialog(element) && element.matches(':modal')) element.close();
      attributes.set(element, name, value, addressAt(element));
      if (name === 'style') holds.restyled(element);
      if (isCanvas(element)) pictures.changed(element);
    },
    setText(id, data) {
      const text = nodes.node(id);
      if (text.nodeType !== TEXT_NODE) throw new CannotApply(`node ${id} is no text`);
      (text as Text).data = text.parentNode && isStyle(text.parentNode) ? css.mirrored(data, addressAt(text)) : data;
    },
    value: (id, value) => setValue(nodes.node(id), value),
    checked: (id, bits) => setChecked(nodes.node(id), bits),
    selected: (id, indices) => setSelected(nodes.node(id), indices),
    modal: (id, state) => keepingKeyboard(outermost, () => setModal(nodes.node(id), state)),
    scroll: (id, left, top) => scrolls.want(id, { left, top }),
    viewport: (width, height) => events.resized({ width, height }),
    sheet: (id, baseUrl, css) => sheets.own(nodes.element(id), css, sheetAddress(addressAt(nodes.node(id)), baseUrl)),
    sheetInsert: (id, index, rule) => sheets.insert(id, index, rule, addressAt(nodes.peek(id) ?? document)),
    sheetDelete: (id, index) => sheets.remove(id, index),
    sheetDisabled: (id, disabled) => sheets.disable(id, disabled),
    adoptedSheet: (id, baseUrl, css) => sheets.define(id, css, sheetAddress(addressAt(document), baseUrl)),
    adopt: (id, ids) => sheets.adopt(id, ids),
    focus(id) {
      focus.move(id === 0 ? undefined : nodes.node(id));
      events.focused(id);
    },
    hold(id, kind, width, height) {
      const element = nodes.element(id);
      holds.hold(element, kind, width, height);
      if (isCanvas(element)) pictures.changed(element);
      // Its own style is as the page has it.
      if (kind === HoldKind.NONE) restyle(element, resources);
      scrolls.again();
    },
    playback: (id, bits, positionMillis, rate) => setPlayback(nodes.node(id), bits, positionMillis, rate),
    url(url) {
      const { url: old, base } = addressAt(document);
      const bare = withoutFragment(url);
      addresses.set(document, { url: bare, base: withoutFragment(base) === old ? bare : base });
      events.moved(url);
    },
  };
  return {
    ...{ frame, document, nodes, scrolls, assets, pictures, marks, foreign, motion, visitor },
    settled() {
      scrolls.settle();
      failures.watch();
    },
    supplied: (arrived) => resettle({ roots: nodes.roots(), attributes, resources, at: addressAt(document) }, arrived),
    dispose() {
      pictures.dispose();
      failures.stop();
      watched.stop();
    },
  };
}

const TEXT_NODE = 3;

/** Taking nodes out and moving them. */
function structure(nodes: NodeTable, builder: TreeBuilder, focus: FocusMark): Pick<PageVisitor, 'remove' | 'move'> {
  return {
    remove(ids) {
      for (const id of ids) {
        const node = nodes.node(id);
        if (focus.focused && node.contains(focus.focused)) focus.move(undefined);
        nodes.forget(node);
        if (isDocument(node)) node.replaceChildren();
        else node.parentNode?.removeChild(node);
      }
    },
    move(id, parentId, nextId) {
      const node = nodes.node(id);
      const parent = nodes.node(parentId);
      const next = nextId === 0 ? null : nodes.node(nextId);
      if (builder.isDead(parent)) return void node.parentNode?.removeChild(node);
      if (next !== null && next.parentNode !== parent) throw new CannotApply(`node ${nextId} is no child of ${parentId}`);
      place(node, parent, next);
    },
  };
}

interface AtomicParent {
  moveBefore?(node: Node, next: Node | null): void;
}

/** Moves a node with its state (frames keep their documents) where the browser can; else as ever. */
function place(node: Node, parent: Node, next: Node | null): void {
  const atomic = parent as AtomicParent;
  if (atomic.moveBefore && node.isConnected && parent.isConnected && node.ownerDocument === parent.ownerDocument) {
    atomic.moveBefore(node, next);
    return;
  }
  if (holdsDocuments(node)) throw new CannotApply('a frame was moved, and its document is lost');
  parent.insertBefore(node, next);
}

const holdsDocuments = (node: Node): boolean => isElement(node) && (isFrame(node) || node.querySelector('iframe') !== null);

/** A modal dialog takes the focus; the agent's keyboard stays where it was. */
function keepingKeyboard(frame: HTMLIFrameElement, act: () => void): void {
  const before = focusedIn(frame.ownerDocument);
  act();
  if (focusedIn(frame.ownerDocument) !== frame) return;
  frame.blur();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
}

function focusedIn(document: Document): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}
