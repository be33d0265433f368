/** What canvases, video and audio need of the capture around them. */
export interface MediaContext {
  readonly window: Window & typeof globalThis;
  /** Of an element that the mirror has; 0: it has not. */
  readonly idOf: (element: Element) => number;
  /** Whether the agent must not see it, as the page is at this moment. */
  readonly isSecret: (element: Element) => boolean;
  /** Takes a picture's payload for the next frames, if it may still be sent when its turn comes. */
  readonly send: (picture: Uint8Array<ArrayBuffer>, maySend: () => boolean) => void;
  /** Whether a picture that is made now would leave soon. */
  readonly hasRoom: () => boolean;
  /** There is something to write. */
  readonly changed: () => void;
}
