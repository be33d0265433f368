import { FrameType } from '../../protocol/frame-type.ts';
import type { ScrolledBox } from '../../replay/mirror.ts';
import type { Surface } from './surface.ts';

/** How often a moving box is reported; its last position always is. */
const REPORT_MILLIS = 50;
/** After the last movement a box is given back to the consumer's page when the tag has answered, and this long after ... */
const SETTLE_MILLIS = 250;
/** ... or when no answer came for this long. */
const GIVE_UP_MILLIS = 1_500;
const LINE_PIXELS = 40;
/** With more actions than this waiting for their verdict the way is blocked: only the last position is worth sending once it is free. */
const MANY_UNANSWERED = 16;

export interface Scrolling {
  /** Scrolls what lies at a point of the mirror by CSS pixels of the mirror; false when nothing there moves. */
  by(x: number, y: number, dx: number, dy: number): boolean;
  dispose(): void;
}

interface Moving {
  box: ScrolledBox;
  report: ReturnType<typeof setTimeout> | undefined;
  release: ReturnType<typeof setTimeout> | undefined;
  /** Sequence of the latest SCROLL_TO; its verdict says that the consumer's page has followed. */
  awaited: number;
}

/** The agent's wheel moves the mirror at once and the consumer's page soon after; echoes of earlier positions do not pull it back. */
export function createScrolling(surface: Surface): Scrolling {
  const { session, mirror, overlay } = surface;
  const moving = new Map<number, Moving>();

  function by(x: number, y: number, dx: number, dy: number): boolean {
    if (!session.allows(FrameType.SCROLL_TO)) return false;
    const box = mirror.scrollBy(x, y, dx, dy);
    if (box === null) return false;
    const known = moving.get(box.id) ?? { box, report: undefined, release: undefined, awaited: 0 };
    known.box = box;
    moving.set(box.id, known);
    known.report ??= setTimeout(() => report(known), REPORT_MILLIS);
    releaseIn(known, GIVE_UP_MILLIS);
    return true;
  }

  function report(one: Moving): void {
    one.report = session.unanswered > MANY_UNANSWERED ? setTimeout(() => report(one), REPORT_MILLIS) : undefined;
    if (one.report !== undefined) return;
    one.awaited = session.scrollTo(one.box.id, one.box.left, one.box.top);
  }

  function releaseIn(one: Moving, millis: number): void {
    clearTimeout(one.release);
    one.release = setTimeout(() => {
      moving.delete(one.box.id);
      mirror.releaseScroll(one.box.id);
    }, millis);
  }

  function answered(event: Event): void {
    const { sequence } = (event as CustomEvent<{ readonly sequence: number }>).detail;
    for (const one of moving.values()) {
      if (one.awaited === sequence && one.report === undefined) releaseIn(one, SETTLE_MILLIS);
    }
  }

  function wheel(event: WheelEvent): void {
    // Pinching is the agent's own zoom.
    if (event.ctrlKey) return;
    event.preventDefault();
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? mirror.size.height : 1;
    const sideways = event.shiftKey && event.deltaX === 0;
    const dx = (sideways ? event.deltaY : event.deltaX) * unit;
    const dy = (sideways ? 0 : event.deltaY) * unit;
    const { x, y } = surface.pointAt(event);
    by(x, y, dx / surface.scale(), dy / surface.scale());
  }

  overlay.addEventListener('wheel', wheel, { passive: false });
  session.addEventListener('verdict', answered);
  return {
    by,
    dispose() {
      overlay.removeEventListener('wheel', wheel);
      session.removeEventListener('verdict', answered);
      for (const one of moving.values()) {
        clearTimeout(one.report);
        clearTimeout(one.release);
      }
    },
  };
}
