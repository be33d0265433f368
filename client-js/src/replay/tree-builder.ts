import { type DocumentInfo, Namespace, NAMESPACE_URIS, type SheetText } from '../protocol/page-op.ts';
import { type DocumentAddress, sheetAddress, withoutFragment } from './addresses.ts';
import type { AttributeSetter } from './attributes.ts';
import type { Foreign } from './foreign.ts';
import { STAND_IN, type Standing, standingOf } from './element-policy.ts';
import { CannotApply, isCanvas, isDocument, isFrame, isLink, isStyle, isVideo, type NodeTable } from './node-table.ts';
import { hideControls } from './own-rules.ts';
import type { PageCss } from './page-css.ts';
import type { Pictures } from './pictures.ts';
import { confine, openEmptyDocument } from './sandbox-frame.ts';
import type { Sheets } from './sheets.ts';

/** What a tree is built with; one per keyframe. */
export interface BuildingSite {
  readonly document: Document;
  readonly nodes: NodeTable;
  readonly attributes: AttributeSetter;
  readonly foreign: Foreign;
  readonly sheets: Sheets;
  readonly pictures: Pictures;
  readonly css: PageCss;
  /** The content policy that frames inside the mirror get too. */
  readonly policy: string;
  /** Where each document of the mirror says it is. */
  readonly addresses: WeakMap<Document, DocumentAddress>;
}

/** The part of a page batch that makes nodes. */
export interface TreeBuilder {
  nodes(parentId: number, nextId: number): void;
  openDocument(id: number, info: DocumentInfo): void;
  doctype(id: number, name: string, publicId: string, systemId: string): void;
  openShadow(id: number): void;
  text(id: number, data: string): void;
  openElement(id: number, namespace: Namespace, tag: string, names: readonly string[], values: readonly string[]): void;
  css(baseUrl: string, css: SheetText): void;
  close(): void;
  endNodes(): void;
  /** Whether content of this node stays outside the page (it belongs to dead code). */
  isDead(node: Node): boolean;
}

/** An open node: where its children go, and where it says it is. */
interface Level {
  readonly into: Node;
  readonly at: DocumentAddress;
}

/** A frame's document: it can only be filled when its frame is in the page. */
interface InnerDocument {
  readonly id: number;
  readonly frame: Node;
  readonly info: DocumentInfo;
  readonly content: DocumentFragment;
  /** The only child that no fragment may hold. */
  doctype?: DocumentType;
}

/** Everything is built outside the page and attached by {@link TreeBuilder.endNodes}, so that styles and layout are computed once. */
export function createTreeBuilder(site: BuildingSite): TreeBuilder {
  const { document, nodes, sheets, addresses } = site;
  const elements = createElementMaker(site);
  let levels: Level[] = [];
  let inner: InnerDocument[] = [];
  const videos: Element[] = [];
  let forest: { readonly roots: DocumentFragment; readonly parent: Node | undefined; readonly next: Node | null } | undefined;

  function doctype(id: number, name: string, publicId: string, systemId: string): void {
    const made = createDoctype(document, name, publicId, systemId);
    const { into } = level();
    const whose = inner.find(({ content }) => content === into);
    if (whose === undefined) throw new CannotApply('a doctype outside a document');
    nodes.add(id, made);
    whose.doctype = made;
  }

  const level = (): Level => {
    const top = levels[levels.length - 1];
    if (top === undefined) throw new CannotApply('a node outside a forest');
    return top;
  };

  function begin(parentId: number, nextId: number): void {
    const parent = parentId === 0 ? undefined : nodes.node(parentId);
    const next = nextId === 0 ? null : nodes.node(nextId);
    const home = parent === undefined ? document : isDocument(parent) ? parent : (parent.ownerDocument ?? document);
    forest = { roots: document.createDocumentFragment(), parent, next };
    inner = [];
    levels = [{ into: forest.roots, at: addresses.get(home) ?? NOWHERE_YET }];
  }

  function openDocument(id: number, info: DocumentInfo): void {
    const outermost = levels.length === 1;
    const content = document.createDocumentFragment();
    const frame = outermost ? (forest?.parent ?? document) : level().into;
    if (!isFrame(frame) && frame !== document) throw new CannotApply('a document inside what is no frame');
    inner.push({ id, frame, info, content });
    levels.push({ into: content, at: addressOf(info) });
  }

  function openElement(id: number, namespace: Namespace, tag: string, names: readonly string[], values: readonly string[]): void {
    const { into, at } = level();
    const element = elements.create(namespace, tag, names, values, at);
    nodes.add(id, element);
    into.appendChild(element);
    if (isVideo(element)) videos.push(element);
    // What would stand inside dead code is kept apart: later operations may name it.
    levels.push({ into: elements.isDead(element) ? document.createDocumentFragment() : element, at });
  }

  function insertForest(): void {
    if (forest === undefined || levels.length !== 1) throw new CannotApply('a forest that was never begun');
    const { roots, parent, next } = forest;
    forest = undefined;
    levels = [];
    if (parent !== undefined && roots.hasChildNodes() && !elements.isDead(parent)) {
      if (next !== null && next.parentNode !== parent) throw new CannotApply('the next sibling stands elsewhere');
      parent.insertBefore(roots, next);
    } else if (parent === undefined && roots.hasChildNodes()) {
      throw new CannotApply('nodes without a document');
    }
    for (const one of inner) fill(one);
    for (const video of videos.splice(0)) hideControls(video);
  }

  function fill({ id, frame, info, content, doctype }: InnerDocument): void {
    const target = isFrame(frame) ? openFrame(frame, info) : document;
    if (target.firstChild) throw new CannotApply('a second document');
    addresses.set(target, addressOf(info));
    nodes.add(id, target);
    if (doctype) target.append(doctype);
    target.append(content);
  }

  function openFrame(frame: HTMLIFrameElement, info: DocumentInfo): Document {
    if (!frame.contentDocument) throw new CannotApply('a frame outside the page');
    nodes.forget(frame.contentDocument);
    return openEmptyDocument(frame, info.mode, site.policy);
  }

  return {
    nodes: begin,
    openDocument,
    doctype,
    openShadow(id) {
      const { into, at } = level();
      // Outermost it is the root of a host that the page has already.
      const root = shadowOf(levels.length === 1 && forest?.parent ? forest.parent : into);
      nodes.add(id, root);
      levels.push({ into: root, at });
    },
    text(id, data) {
      const { into, at } = level();
      const text = document.createTextNode(isStyle(into) ? site.css.mirrored(data, at) : data);
      nodes.add(id, text);
      into.appendChild(text);
    },
    openElement,
    css(baseUrl, css) {
      const { into, at } = level();
      if (!isLink(into) && !isStyle(into)) throw new CannotApply('a sheet outside a style or link element');
      sheets.own(into, css, sheetAddress(at, baseUrl));
    },
    close() {
      if (levels.pop() === undefined || levels.length === 0) throw new CannotApply('a node closed twice');
    },
    endNodes: insertForest,
    isDead: (node) => elements.isDead(node),
  };
}

interface ElementMaker {
  create(namespace: Namespace, tag: string, names: readonly string[], values: readonly string[], at: DocumentAddress): Element;
  /** Dead elements and stand-ins: nothing goes into them. */
  isDead(node: Node): boolean;
}

function createElementMaker({ document, attributes, foreign, pictures }: BuildingSite): ElementMaker {
  const standings = new Map<string, Standing>();
  const dead = new WeakSet<Node>();
  const isUnknown = (tag: string): boolean => Object.prototype.toString.call(createHtml(document, tag)) === '[object HTMLUnknownElement]';

  function create(namespace: Namespace, tag: string, names: readonly string[], values: readonly string[], at: DocumentAddress): Element {
    const key = `${namespace}${tag}`;
    let standing = standings.get(key);
    if (standing === undefined) standings.set(key, (standing = standingOf(namespace, tag, isUnknown)));
    const name = standing === 'stand-in' ? STAND_IN : tag;
    const element = namespace === Namespace.HTML ? createHtml(document, name) : document.createElementNS(NAMESPACE_URIS[namespace], name);
    if (standing === 'mirrored') attributes.setAll(element, namespace, names, values, at);
    else dead.add(element);
    if (standing === 'dead') hide(element, tag);
    if (isFrame(element)) {
      confine(element);
      foreign.framed(element);
    }
    if (isCanvas(element)) pictures.open(element);
    return element;
  }

  return { create, isDead: (node) => dead.has(node) };
}

/** The address before the page's own document is opened. */
const NOWHERE_YET: DocumentAddress = { url: 'about:blank', base: 'about:blank' };

export const addressOf = (info: DocumentInfo): DocumentAddress => ({ url: withoutFragment(info.url), base: info.baseUrl });

/**
 * `createElement` is faster and lower-cases, so it serves all names but the rare ones that it would change. A parser accepts
 * names that the DOM does not: nothing hangs on those.
 */
function createHtml(document: Document, name: string): HTMLElement {
  try {
    return name === name.toLowerCase() ? document.createElement(name) : (document.createElementNS(NAMESPACE_URIS[0], name) as HTMLElement);
  } catch {
    return document.createElement(STAND_IN);
  }
}

function createDoctype(document: Document, name: string, publicId: string, systemId: string): DocumentType {
  try {
    return document.implementation.createDocumentType(name, publicId, systemId);
  } catch {
    return document.implementation.createDocumentType('html', '', '');
  }
}

/** A page's own style could show a script's box; a mirror has no scripting, so a browser would show noscript. */
function hide(element: Element, tag: string): void {
  element.setAttribute('style', 'display:none!important');
  // No browser runs a script of this type, whatever happens to it later.
  if (tag.toLowerCase() === 'script') element.setAttribute('type', 'text/plain');
}

function shadowOf(host: Node): ShadowRoot {
  const element = host as Element;
  if (element.shadowRoot) throw new CannotApply('a second shadow root');
  try {
    return element.attachShadow({ mode: 'open' });
  } catch {
    throw new CannotApply(`<${element.localName}> has no shadow root`);
  }
}
