import type { Refusal } from '../../protocol/action.ts';
import { enclosing, type ShadowOf } from '../../inner-roots.ts';

/** What acting needs of the capture: the agent speaks of nodes by the ids that the capture gave them. */
export interface NodeIds {
  idOf(node: Node): number;
  nodeOf(id: number): Node | undefined;
  isMasked(element: Element): boolean;
  readonly shadowOf: ShadowOf;
}

/** Where an agent's hand ends. */
export interface Scope {
  readonly ids: NodeIds;
  /** Origins besides the page's own that the agent may take the consumer to. */
  readonly origins: readonly string[];
}

/** A brand marks with it what an agent may see but not touch, with all that is inside. */
const AGENT_PROOF = '[data-tandem-readonly]';

/** The window whose constructors made the node: instanceof and prototype setters differ between frames. */
export function realmOf(node: Node): Window & typeof globalThis {
  return (node.ownerDocument ?? (node as Document)).defaultView ?? window;
}

export function isTag<K extends keyof HTMLElementTagNameMap>(node: Node | null | undefined, name: K): node is HTMLElementTagNameMap[K] {
  return node?.nodeType === Node.ELEMENT_NODE && (node as Element).localName === name && 'style' in node;
}

/** The element itself or the nearest around it that matches. */
export function nearest(start: Node, selector: string): Element | null {
  for (let node: Node | null = start; node; node = enclosing(node)) {
    if (node.nodeType === Node.ELEMENT_NODE && (node as Element).matches(selector)) return node as Element;
  }
  return null;
}

/** The element with an id; text counts as the element that holds it, a document as its root. */
export function elementOf(ids: NodeIds, id: number): Element | undefined {
  const node = ids.nodeOf(id);
  if (!node?.isConnected) return undefined;
  if (node.nodeType === Node.ELEMENT_NODE) return node as Element;
  if (node.nodeType === Node.DOCUMENT_NODE) return (node as Document).documentElement;
  return node.parentElement ?? undefined;
}

/** Why the agent may not touch an element; undefined when it may. */
export function untouchable({ ids }: { readonly ids: Pick<NodeIds, 'isMasked'> }, element: Element): Refusal | undefined {
  if (ids.isMasked(element)) return 'masked';
  if (nearest(element, AGENT_PROOF)) return 'agent-proof';
  if (isTag(element, 'input') && element.type === 'file') return 'file-input';
  return undefined;
}
