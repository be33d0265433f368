import type { FrameType } from '../protocol/frame-type.ts';
import type { LoadMedia } from './late-media.ts';

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
  /** Elements that scrolled before the capture was loaded: saves a layout read for each element. */
  readonly scrolled: Iterable<Element>;
  /** Called once, when the page has a canvas, video or audio. */
  readonly loadMedia: LoadMedia;
}
