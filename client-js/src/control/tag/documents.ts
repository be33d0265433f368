import { enclosing, type ShadowOf, targetOf } from '../../inner-roots.ts';
import { isTag } from './reach.ts';

/** The page's document and those of its frames of the same origin: events inside a frame stay there. A frame counts once the pointer or the focus is in it. */
export interface Documents {
  /** Listens in each, now or as soon as it counts. */
  each(listen: (document: Document) => void): void;
  /** Those that are in a window now. */
  live(): Document[];
}

/** @param signal ends it */
export function followDocuments(shadowOf: ShadowOf, signal: AbortSignal): Documents {
  const heard = { capture: true, passive: true, signal };
  const documents = new Set<Document>();
  const shadowRoots = new WeakSet<Node>();
  const listeners: ((document: Document) => void)[] = [];

  function enter(node: Node | null): void {
    if (isTag(node, 'iframe') && node.contentDocument) follow(node.contentDocument);
    // What the pointer or the focus comes to from beside it in the same shadow root is heard in that alone.
    for (let at = node; at; at = enclosing(at)) {
      if (at.nodeType !== Node.DOCUMENT_FRAGMENT_NODE || shadowRoots.has(at)) continue;
      shadowRoots.add(at);
      listenIn(at);
    }
  }

  const entered = (event: Event): void => enter(targetOf(event, shadowOf) ?? null);

  function listenIn(root: Node): void {
    root.addEventListener('pointerover', entered, heard);
    root.addEventListener('focusin', entered, heard);
  }

  function follow(document: Document): void {
    if (documents.has(document)) return;
    documents.add(document);
    listenIn(document);
    for (const listen of listeners) listen(document);
    enter(document.activeElement);
  }

  follow(document);
  return {
    each(listen) {
      listeners.push(listen);
      for (const document of [...documents]) listen(document);
    },
    live() {
      for (const document of documents) if (!document.defaultView) documents.delete(document);
      return [...documents];
    },
  };
}
