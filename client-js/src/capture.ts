import { type Capture, startCapture } from './capture/capture.ts';
import type { Witness } from './capture/witness.ts';
import type * as Acting from './acting.ts';
import type { Channel } from './connection/channel.ts';
import { chunk } from './connection/chunks.ts';
import { isKept, keep, type Memory } from './connection/memory.ts';
import { startPointing } from './control/tag/pointing.ts';
import { elementOf } from './control/tag/reach.ts';
import { createLatePlanner } from './delivery/late-planner.ts';
import { passOverMalformed } from './delivery/pass-over.ts';
import { createDocumentClock, steadyClock } from './delivery/steady-clock.ts';
import { createTagDelivery, type TagDelivery } from './delivery/tag-delivery.ts';
import type { BudgetInfo, SessionInfo } from './protocol/control.ts';
import type { Frame } from './protocol/frame.ts';
import { FrameType } from './protocol/frame-type.ts';
import { decodePointer, fromFraction, isPointerType, type Pointer } from './protocol/pointer.ts';
import type { Host } from './ui/tag/host.ts';
import { createLinkSign } from './ui/tag/link-sign.ts';
import { type Anchor, createOverlay } from './ui/tag/overlay.ts';
import type { SessionFrame } from './ui/tag/session-frame.ts';
import { stayOnTop } from './ui/tag/stay-on-top.ts';

export { explainEnding, showEnding } from './ui/tag/end-notice.ts';
export { askConsent } from './ui/tag/invitation-dialog.ts';

/** A keyframe reads the whole page: requests that come closer together than this are answered by one. */
const KEYFRAME_MILLIS = 1_000;
/**
 * Least time between two mutation batches, and between two cursor frames: what 750 kbit/s carry shrinks by fewer, larger batches, 15 % from 50 to 100 ms, and 20 cursors a second look continuous where the other side glides
 * between them.
 */
const PACE_MILLIS: Readonly<Record<BudgetInfo['quality'], number>> = { good: 50, fair: 100, poor: 200 };

/** Loaded beside the page's first view, which does not wait for it. */
const loadActing = chunk<typeof Acting>('acting', import.meta.url);

/** What the stub hands over to the lazily loaded bundle. */
export interface SessionContext {
  readonly window: Window;
  readonly channel: Channel;
  readonly memory: Memory;
  readonly session: SessionInfo;
  readonly witness: Witness;
  readonly host: Host;
  readonly frame: SessionFrame;
  /** What the X does. */
  end(): void;
  /** Origins besides the page's own that the agent may take the consumer to, parted by blanks. */
  readonly origins: string;
}

export interface LiveSession {
  /** The relay said how the session stands: mode, state, participants. */
  update(session: SessionInfo): void;
  /** Leaves nothing of the session in the page. */
  stop(): void;
}

/** Starts to share the page: what it shows goes out, what the agent does comes in. */
export function startSession(context: SessionContext): LiveSession {
  const { channel, host, memory, witness } = context;
  let { session } = context;
  let keyframeAt = Number.NEGATIVE_INFINITY;
  let keyframeTimer: ReturnType<typeof setTimeout> | undefined;

  let paceMillis = PACE_MILLIS.good;

  const ignores = (node: Node): boolean => node === host.element || node.getRootNode() === host.element.shadowRoot;
  const capture = startCapture({
    window: context.window,
    send: (type, payload, flags) => delivery.send(type, payload, flags),
    // What is not sent in a pause is part of the keyframe that follows it.
    hasRoom: () => session.state === 'active' && delivery.hasRoom(),
    flushMillis: () => paceMillis,
    ignores,
    wasPassword: (element) => witness.wasPassword(element),
    scrolled: witness.scrolled,
  });
  const overlay = createOverlay(context.frame.layer);
  const showLink = createLinkSign(context.frame);
  const pointing = startPointing({
    idOf: (node) => capture.idOf(node),
    ignores,
    send: (type, payload) => {
      if (session.state === 'active') channel.send(type, payload);
    },
    cursorMillis: () => paceMillis,
  });
  const planner = createLatePlanner();
  const delivery = createDelivery();

  void loadActing().then(({ createActing }) => {
    const plan = createActing({
      ids: capture,
      origins: context.origins.split(/\s+/),
      session: () => session,
      mayMoveFocus: () => !pointing.isTyping() && !isInMaskedField(capture),
      highlight: (element) => overlay.highlight(element),
      wiggle: (element) => overlay.wiggle(element),
    });
    planner.begin(plan, passOverMalformed(receive));
  });

  function createDelivery(): TagDelivery {
    return createTagDelivery({
      channel,
      clock: steadyClock,
      documentMillis: createDocumentClock(),
      answered: memory.answered ?? [],
      remember(answers) {
        memory.answered = answers;
        keep(memory);
        // Where there is no storage, no later document goes on with this session.
        return isKept(memory);
      },
      plan: planner.plan,
      keyframe: requestKeyframe,
      room: () => capture.goOn(),
      viewerHas: (prefixes) => capture.viewerHas(prefixes),
    });
  }

  function requestKeyframe(): void {
    if (keyframeTimer !== undefined) return;
    const wait = keyframeAt + KEYFRAME_MILLIS - performance.now();
    if (wait <= 0) keyframe();
    else keyframeTimer = setTimeout(keyframe, wait);
  }

  function keyframe(): void {
    clearTimeout(keyframeTimer);
    keyframeTimer = undefined;
    keyframeAt = performance.now();
    if (session.state === 'active') capture.keyframe();
  }

  const lastOfType = new Map<number, number>();

  function receive(frame: Frame): void {
    if (frame.type === FrameType.BUDGET) pace(JSON.parse(new TextDecoder().decode(frame.payload)) as BudgetInfo);
    else if (isPointerType(frame.type)) point(frame, decodePointer(frame.type, frame.payload));
    else if (!planner.keeps(frame)) delivery.receive(frame);
  }

  function pace({ quality }: BudgetInfo): void {
    paceMillis = PACE_MILLIS[quality];
    showLink(quality);
  }

  function point({ epoch, sender, sequence, type }: Frame, pointer: Pointer): void {
    // The agent may still point at the document before this one; and after a change of carriers the latest of each kind come again.
    if (epoch !== channel.epoch || sequence === lastOfType.get(type)) return;
    lastOfType.set(type, sequence);
    const agent = session.participants.find(({ number }) => number === sender);
    if (session.state !== 'active' || agent?.role !== 'agent') return;
    const element = elementOf(capture, pointer.node);
    switch (pointer.type) {
      case FrameType.CURSOR:
        if (element) overlay.moveCursor(anchor(element, pointer), agent.name);
        else overlay.hideCursor();
        break;
      case FrameType.CLICK_MARK:
        if (element) overlay.markClick(anchor(element, pointer));
        break;
      case FrameType.TYPING:
        overlay.showTyping(element, agent.name);
    }
  }

  const unsubscribe = [
    stayOnTop(host, context.frame, () => context.end()),
    channel.onFrame(passOverMalformed(receive)),
    channel.onState(({ state }) => {
      if (state === 'open') delivery.opened();
    }),
  ];
  // Actions that came before this bundle come again in answer to SYNC.
  if (channel.state === 'open') delivery.opened();
  keyframe();

  return {
    update(next) {
      const resumed = session.state !== 'active' && next.state === 'active';
      session = next;
      if (resumed) {
        delivery.restart();
        keyframe();
      }
      const isAlone = !next.participants.some(({ role, present }) => role === 'agent' && present);
      if (isAlone || next.state !== 'active') {
        overlay.hideCursor();
        overlay.showTyping(undefined, '');
      }
      if (isAlone) {
        // An agent that comes back sends them again as they were.
        lastOfType.delete(FrameType.CURSOR);
        lastOfType.delete(FrameType.TYPING);
      }
    },
    stop() {
      for (const off of unsubscribe) off();
      clearTimeout(keyframeTimer);
      planner.stop();
      delivery.stop();
      pointing.stop();
      capture.stop();
      overlay.remove();
    },
  };
}

/** Whether the consumer stands in a field that the agent must not see. */
function isInMaskedField(capture: Capture): boolean {
  let focused = document.activeElement;
  for (let inner = focused?.shadowRoot?.activeElement; inner; inner = inner.shadowRoot?.activeElement) focused = inner;
  return focused !== null && focused !== document.body && capture.isMasked(focused);
}

function anchor(element: Element, { x, y }: { readonly x: number; readonly y: number }): Anchor {
  return { element, x: fromFraction(x), y: fromFraction(y) };
}
