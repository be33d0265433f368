import type { DocumentAddress } from './addresses.ts';
import { isFrame, type NodeTable } from './node-table.ts';

/** An element whose content is of a page or program of its own, which the mirror does not have. */
export interface ForeignContent {
  readonly node: number;
  /** Of the address that the page gives it, as browsers write it; empty where there is none. */
  readonly host: string;
}

/** Knows the frames and plugins of a mirror that stay empty. */
export interface Foreign {
  /** What the page says is to be opened in the element; it never is. */
  addressed(element: Element, address: string, at: DocumentAddress): void;
  /** A frame was made. */
  framed(element: Element): void;
  list(): ForeignContent[];
}

/** Such elements of one page that are known: more are left without a word. */
const MAX_KNOWN = 1_000;

/** @param isAwaited whether the content of an element is still to come */
export function createForeign(nodes: NodeTable, isAwaited: (element: Element) => boolean): Foreign {
  const hosts = new Map<Element, string>();

  function note(element: Element, host: string): void {
    if (hosts.has(element) || hosts.size < MAX_KNOWN) hosts.set(element, host);
  }

  function isEmpty(element: Element): boolean {
    if (isAwaited(element)) return false;
    if (!isFrame(element)) return true;
    // What of a frame can be read has a document, were it an empty one.
    return element.contentDocument === null || nodes.id(element.contentDocument) === undefined;
  }

  return {
    addressed(element, address, at) {
      note(element, hostOf(address, at));
    },
    framed(element) {
      if (!hosts.has(element)) note(element, '');
    },
    list() {
      const empty: ForeignContent[] = [];
      for (const [element, host] of hosts) {
        const node = nodes.id(element);
        if (node === undefined) hosts.delete(element);
        else if (isEmpty(element)) empty.push({ node, host });
      }
      return empty;
    },
  };
}

function hostOf(address: string, { base }: DocumentAddress): string {
  if (address.trim() === '') return '';
  try {
    const { protocol, host } = new URL(address, base);
    return protocol === 'https:' || protocol === 'http:' ? host : '';
  } catch {
    return '';
  }
}
