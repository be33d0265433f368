import { MAX_FRAMED_ID, MAX_PAGE_ID } from '../protocol/framed-id.ts';
import { MAX_FRAMED_NODES, MAX_NODES } from '../protocol/limits.ts';

/** A batch that is well formed and yet does not fit this mirror: only a keyframe helps. */
export class CannotApply extends Error {
  override readonly name = 'CannotApply';
}

/** What a document may number, and hold. */
export interface NodeLimits {
  readonly id: number;
  readonly count: number;
}

const PAGE_LIMITS: NodeLimits = { id: MAX_PAGE_ID, count: MAX_NODES };
/** Of a document in a frame that is told by its own tag. */
export const FRAMED_LIMITS: NodeLimits = { id: MAX_FRAMED_ID, count: MAX_FRAMED_NODES };

/** The nodes of a mirrored page by the ids that the tag gave them, and back. */
export interface NodeTable {
  readonly size: number;
  /** @throws CannotApply when no node has this id */
  node(id: number): Node;
  /** @throws CannotApply when the node is no element, or none of this kind */
  element(id: number): Element;
  peek(id: number): Node | undefined;
  id(node: Node): number | undefined;
  /** Documents and shadow roots. */
  roots(): Iterable<Document | ShadowRoot>;
  /** @throws CannotApply when the id is taken, or the page has more nodes than a mirror may hold */
  add(id: number, node: Node): void;
  /** Lets another node take over the id. */
  replace(id: number, node: Node): void;
  /** Forgets a node and all below it, shadow roots and frames' documents included. */
  forget(root: Node): void;
}

/** @param limits the highest id, and how many nodes there may be */
export function createNodeTable(limits: NodeLimits = PAGE_LIMITS): NodeTable {
  const nodes = new Map<number, Node>();
  const ids = new Map<Node, number>();
  const roots = new Set<Document | ShadowRoot>();

  function node(id: number): Node {
    const found = nodes.get(id);
    if (found === undefined) throw new CannotApply(`no node ${id}`);
    return found;
  }

  function forgetOne(gone: Node): void {
    const id = ids.get(gone);
    if (id === undefined) return;
    ids.delete(gone);
    nodes.delete(id);
    roots.delete(gone as Document);
  }

  function forget(root: Node): void {
    const open: Node[] = [root];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      forgetOne(next);
      for (let child = next.firstChild; child !== null; child = child.nextSibling) open.push(child);
      if (!isElement(next)) continue;
      if (next.shadowRoot) open.push(next.shadowRoot);
      const inner = isFrame(next) ? next.contentDocument : null;
      if (inner) open.push(inner);
    }
  }

  return {
    get size() {
      return nodes.size;
    },
    node,
    element(id) {
      const found = node(id);
      if (!isElement(found)) throw new CannotApply(`node ${id} is no element`);
      return found;
    },
    peek: (id) => nodes.get(id),
    id: (of) => ids.get(of),
    roots: () => roots,
    add(id, fresh) {
      if (nodes.has(id)) throw new CannotApply(`node ${id} is there already`);
      if (id > limits.id) throw new CannotApply(`node ${id}; the highest is ${limits.id}`);
      if (nodes.size >= limits.count) throw new CannotApply(`more than ${limits.count} nodes`);
      nodes.set(id, fresh);
      ids.set(fresh, id);
      if (isDocument(fresh) || isShadowRoot(fresh)) roots.add(fresh);
    },
    replace(id, fresh) {
      const old = nodes.get(id);
      if (old) ids.delete(old);
      nodes.set(id, fresh);
      ids.set(fresh, id);
    },
    forget,
  };
}

/*
 * A mirrored node belongs to another window, so `instanceof` against this one's classes is always false. Kinds are told by
 * node type, namespace and name instead; the names are those that this mirror itself created.
 */

const HTML = 'http://www.w3.org/1999/xhtml';

export const isElement = (node: Node): node is Element => node.nodeType === 1;
export const isDocument = (node: Node): node is Document => node.nodeType === 9;
export const isShadowRoot = (node: Node): node is ShadowRoot => node.nodeType === 11 && 'host' in node;

const isHtml = (node: Node, name: string): boolean => isElement(node) && node.localName === name && node.namespaceURI === HTML;

export const isFrame = (node: Node): node is HTMLIFrameElement => isHtml(node, 'iframe');
export const isInput = (node: Node): node is HTMLInputElement => isHtml(node, 'input');
export const isTextarea = (node: Node): node is HTMLTextAreaElement => isHtml(node, 'textarea');
export const isSelect = (node: Node): node is HTMLSelectElement => isHtml(node, 'select');
export const isDialog = (node: Node): node is HTMLDialogElement => isHtml(node, 'dialog');
export const isCanvas = (node: Node): node is HTMLCanvasElement => isHtml(node, 'canvas');
export const isVideo = (node: Node): node is HTMLVideoElement => isHtml(node, 'video');
export const isMedium = (node: Node): node is HTMLMediaElement => isHtml(node, 'video') || isHtml(node, 'audio');
export const isLink = (node: Node): node is HTMLLinkElement => isHtml(node, 'link');
export const isStyle = (node: Node): node is HTMLStyleElement => isElement(node) && node.localName === 'style';
