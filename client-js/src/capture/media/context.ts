/** What canvases, video and audio need of the capture around them. */
export interface MediaContext {
  readonly window: Window & typeof globalThis;
  /** Of an element that the mirror has and the agent may see; 0: none. */
  readonly visibleId: (element: Element) => number;
  /** Takes a picture's payload for the next frames. */
  readonly send: (picture: Uint8Array<ArrayBuffer>) => void;
  /** Whether a picture that is made now would leave soon. */
  readonly hasRoom: () => boolean;
  /** There is something to write. */
  readonly changed: () => void;
}
