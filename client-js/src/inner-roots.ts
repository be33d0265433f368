/*
 * What a node holds that is not among its children: a shadow root, be it closed, and a frame's document. Whoever wants to look into a node,
 * or out of it, asks this, and not the node.
 */

/** The shadow root of a node. */
export type ShadowOf = (node: Node) => ShadowRoot | undefined;

/** @param closed closed shadow roots, by their hosts */
export const shadowsOf =
  (closed: WeakMap<Node, ShadowRoot>): ShadowOf =>
  (node) =>
    (node as Element).shadowRoot ?? closed.get(node);

/** The document of a frame of the same origin; null for any other. */
export function frameDocument(frame: Element): Document | null {
  try {
    return (frame as HTMLIFrameElement).contentDocument;
  } catch {
    return null;
  }
}

/** What is around a node for the person who looks: through shadow roots and frames too. */
export function enclosing(node: Node): Node | null {
  if (node.parentNode) return node.parentNode;
  // Links have a `host` too, a string.
  if (node.nodeType === 11) return (node as Partial<ShadowRoot>).host ?? null;
  return node.nodeType === 9 ? ((node as Document).defaultView?.frameElement ?? null) : null;
}

/** The node itself, or the innermost in its shadow root that is found there: what happens in a closed one names its host to everyone outside. */
export function innermost(node: Node, shadowOf: ShadowOf, find: (root: ShadowRoot) => Element | null): Node {
  const root = shadowOf(node);
  const inner = root && find(root);
  return inner && root.contains(inner) ? innermost(inner, shadowOf, find) : node;
}

/** What an event is about, in closed shadow roots too: what is at its place if it has one, else what has the focus. Undefined: no node. */
export function targetOf(event: Event, shadowOf: ShadowOf): Node | undefined {
  const [target] = event.composedPath();
  if (!target || !('nodeType' in target)) return undefined;
  const { clientX, clientY } = event as MouseEvent;
  return innermost(target as Node, shadowOf, (root) => (clientX || clientY ? root.elementFromPoint(clientX, clientY) : root.activeElement));
}

/** The element that has the focus, inside shadow roots and frames too; null when it is none but the body. */
export function deepestFocus(shadowOf: ShadowOf, { activeElement, body }: Document = document): Element | null {
  if (!activeElement || activeElement === body) return null;
  const inner = innermost(activeElement, shadowOf, (root) => root.activeElement) as Element;
  const framed = inner.localName === 'iframe' ? frameDocument(inner) : null;
  return (framed && deepestFocus(shadowOf, framed)) ?? inner;
}
