import type { FrameType } from '../protocol/frame-type.ts';
import type { ShadowOf } from '../inner-roots.ts';
import type { BesideContext } from './beside.ts';
import type { LoadPart } from './late-part.ts';
import type { LateContext, LateState } from './late-state.ts';

/** What the capture of a page needs of the session around it. */
export interface CaptureOptions {
  readonly window: Window;
  /** Takes a page frame, whose epoch and sequence are given there. */
  readonly send: (type: FrameType, payload: Uint8Array, flags: number) => void;
  /** Whether a frame would leave soon. While it would not, changes wait in the page and coalesce, until {@link Capture.goOn}. */
  readonly hasRoom: () => boolean;
  /** Least time between two mutation batches. */
  readonly flushMillis: () => number;
  /** Nodes that are never captured: Tandem's own UI. */
  readonly ignores: (node: Node) => boolean;
  /** Whether the field was a password field at any time before the capture was loaded. */
  readonly wasPassword: (element: Element) => boolean;
  /** What scrolled before the capture was loaded: saves a layout read for each element. */
  readonly scrolled: Iterable<Document | Element>;
  /** Closed shadow roots that were attached before the capture was loaded, by their hosts. It adds those that are attached in frames. */
  readonly closed: WeakMap<Node, ShadowRoot>;
  /** Called once, when the page has a canvas, video or audio. */
  readonly loadMedia: LoadPart;
  /** Called once, when the page has a frame that it may not read. */
  readonly loadFrames: LoadPart;
  /** The consumer's device or taste changed, as styles are told: the page has to be captured anew. */
  readonly featuresChanged: () => void;
}

/** A capture of a page that runs. */
export interface Capture {
  /**
   * Sends the whole page, then its changes. A keyframe that is not on its way yet answers all requests made until it is; one that is, is given up.
   *
   * @param isAnew what was read before must not be sent
   */
  keyframe(isAnew?: boolean): void;
  /** The id that viewers know a node by; 0: none. */
  idOf(node: Node): number;
  nodeOf(id: number): Node | undefined;
  /** The shadow root of a node, be it closed. */
  readonly shadowOf: ShadowOf;
  /** Whether the agent must neither see nor act on the element. */
  isMasked(element: Element): boolean;
  /** There is room again for what was kept back. */
  goOn(): void;
  /** Sends all that has changed now, in this task. */
  flush(): void;
  /** Whether nothing of the page is still to be sent for the first time. */
  readonly isWhole: boolean;
  /** What the viewer has of large style sheets, by the begins of their hashes; undefined: it has not what it said, and a keyframe follows. */
  viewerHas(prefixes: ReadonlySet<string> | undefined): void;
  readonly beside: BesideContext;
  /** From now on the page's batches tell of this too. */
  include(create: (context: LateContext) => LateState): void;
  /** Ends the capture and leaves nothing of it in the page. */
  stop(): void;
}
