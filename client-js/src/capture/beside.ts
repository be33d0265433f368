import type { Root } from './roots.ts';

/** What is sent beside the page (pictures of what is drawn, resources) needs of the capture around it. */
export interface BesideContext {
  readonly window: Window & typeof globalThis;
  /** Of an element that the mirror has; 0: it has not. */
  readonly idOf: (element: Element) => number;
  /** Whether the agent must not see it, as the page is at this moment. */
  readonly isSecret: (element: Element) => boolean;
  /** Documents and shadow roots that the mirror has. */
  readonly roots: () => Iterable<Root>;
  /** Takes a whole asset for the next frames, if it may still be sent when its turn comes. */
  readonly send: (asset: Uint8Array, maySend: () => boolean) => void;
  /** Whether the viewer has said that it has the content of this hash. */
  readonly viewerHas: (hash: Uint8Array) => boolean;
  /** Whether an asset that is made now would leave soon. */
  readonly hasRoom: () => boolean;
  /** There is something to write. */
  readonly changed: () => void;
}
