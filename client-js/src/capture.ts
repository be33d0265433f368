import { startCapture } from './capture/capture.ts';
import type { Witness } from './capture/witness.ts';
import type * as Acting from './acting.ts';
import type { Channel } from './connection/channel.ts';
import { chunk } from './connection/chunks.ts';
import { isKept, keep, type Memory } from './connection/memory.ts';
import { createLatePlanner } from './delivery/late-planner.ts';
import { passOverMalformed } from './delivery/pass-over.ts';
import { createDocumentClock, steadyClock } from './delivery/steady-clock.ts';
import { createTagDelivery, type TagDelivery } from './delivery/tag-delivery.ts';
import type * as Frames from './frames.ts';
import type * as Media from './media.ts';
import type * as Talk from './talk.ts';
import type { BudgetInfo, SessionInfo } from './protocol/control.ts';
import type { Frame } from './protocol/frame.ts';
import { FrameType } from './protocol/frame-type.ts';
import { isPointerType } from './protocol/pointer.ts';
import type { Host } from './ui/tag/host.ts';
import type { SessionFrame } from './ui/tag/session-frame.ts';
import { stayOnTop } from './ui/tag/stay-on-top.ts';

export { startCapture } from './capture/capture.ts';

/** A keyframe reads the whole page: requests that come closer together than this are answered by one. */
const KEYFRAME_MILLIS = 1_000;
/**
 * Least time between two mutation batches, and between two cursor frames: what 750 kbit/s carry shrinks by fewer, larger batches, 15 % from 50 to 100 ms, and 20 cursors a second look continuous where the other side glides
 * between them.
 */
const PACE_MILLIS: Readonly<Record<BudgetInfo['quality'], number>> = { good: 50, fair: 100, poor: 200 };

/** What an agent asks for before it is heard: as much as an agent asks for at once; the rest is asked for again. */
const EARLY_QUESTIONS = 16;

/** The agent in the page: loaded beside the page's first view, which does not wait for it. */
const loadActing = chunk<typeof Acting>('acting', import.meta.url);

const loadMedia = chunk<typeof Media>('media', import.meta.url);

const loadFrames = chunk<typeof Frames>('frames', import.meta.url);

/** What the consumer does in the session, and what tells of its end, when nothing can be loaded any more. */
const loadTalk = chunk<typeof Talk>('talk', import.meta.url);

/** What the stub hands over to the lazily loaded bundle. */
export interface SessionContext {
  readonly brand: string;
  /** `wss://relay` */
  readonly relay: string;
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
  let paceMillis = PACE_MILLIS.good;
  let frames: Frames.Frames | undefined;
  /** What those who stand for the agent here, and in frames of other origins, need of the session. */
  const outside = {
    session: () => session,
    send: (type: FrameType, payload: Uint8Array) => {
      if (session.state === 'active') channel.send(type, payload);
    },
    cursorMillis: () => paceMillis,
  };
  const ignores = (node: Node): boolean => node === host.element || node.getRootNode() === host.element.shadowRoot;
  const capture = startCapture({
    window: context.window,
    send: (type, payload, flags) => delivery.send(type, payload, flags),
    // What is not sent in a pause is part of the keyframe that follows it.
    hasRoom: () => session.state === 'active' && delivery.hasRoom(),
    flushMillis: () => paceMillis,
    ...{ ignores, wasPassword: witness.wasPassword, scrolled: witness.scrolled(), closed: witness.closed },
    loadMedia: async (part) => (await loadMedia()).createMedia(part),
    loadFrames: async (part) => (frames = (await loadFrames()).openFrames({ ...context, ...part, ...outside })),
    // All styles are other ones then.
    featuresChanged: () => keyframes.request(),
  });
  const keyframes = paceKeyframes((isAnew) => session.state === 'active' && capture.keyframe(isAnew));
  const planner = createLatePlanner();
  const delivery = createDelivery();

  const agent = createAgent();

  function createAgent(): ReturnType<typeof expectAgent> {
    return expectAgent(
      {
        ...outside,
        ...{ ids: capture, ignores, frame: context.frame },
        origins: context.origins.split(/\s+/),
        epoch: () => channel.epoch,
        frames: () => frames,
      },
      (acting) => planner.begin(acting, passOverMalformed(receive)),
    );
  }

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
      keyframe: keyframes.request,
      room: () => capture.goOn(),
      viewerHas: (prefixes) => capture.viewerHas(prefixes),
    });
  }

  function receive(frame: Frame): void {
    if (frame.type === FrameType.BUDGET) pace(JSON.parse(new TextDecoder().decode(frame.payload)) as BudgetInfo);
    else if (isPointerType(frame.type) || frame.type === FrameType.RESOURCE_REQUEST) agent.hear(frame);
    else if (!planner.keeps(frame)) delivery.receive(frame);
  }

  function pace({ quality }: BudgetInfo): void {
    paceMillis = PACE_MILLIS[quality];
    agent.linked(quality);
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
  keyframes.now();
  const controls = expectControls(context, become);

  function become(next: SessionInfo): void {
    const resumed = session.state !== 'active' && next.state === 'active';
    session = next;
    if (resumed) {
      delivery.restart();
      // Of what was read in the pause nothing goes out.
      keyframes.now(true);
    }
    agent.update(next);
  }

  return {
    update: controls.update,
    stop() {
      controls.stop();
      for (const off of unsubscribe) off();
      keyframes.stop();
      planner.stop();
      delivery.stop();
      capture.stop();
      agent.stop();
    },
  };
}

/** @param keyframe makes one */
function paceKeyframes(keyframe: (isAnew: boolean) => unknown): { request(): void; now(isAnew?: boolean): void; stop(): void } {
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function now(isAnew = false): void {
    clearTimeout(timer);
    timer = undefined;
    lastAt = performance.now();
    keyframe(isAnew);
  }

  return {
    request() {
      if (timer !== undefined) return;
      const wait = lastAt + KEYFRAME_MILLIS - performance.now();
      if (wait <= 0) now();
      else timer = setTimeout(() => now(), wait);
    },
    now,
    stop: () => clearTimeout(timer),
  };
}

/** Stands for the agent in the page until that is loaded; what it says meanwhile is heard then. */
function expectAgent(
  context: Acting.AgentContext,
  isHere: (agent: Acting.AgentInPage) => void,
): Pick<Acting.AgentInPage, 'hear' | 'linked' | 'update' | 'stop'> {
  let agent: Acting.AgentInPage | undefined;
  let isOver = false;
  let quality: BudgetInfo['quality'] | undefined;
  /** The latest of each kind that it points by, and the first of what it asks for. */
  const early = new Map<number, Frame>();

  void loadActing().then(({ bringAgent }) => {
    if (isOver) return;
    agent = bringAgent(context);
    isHere(agent);
    if (quality) agent.linked(quality);
    for (const frame of early.values()) passOverMalformed(agent.hear)(frame);
    early.clear();
  });

  return {
    hear(frame) {
      if (agent) agent.hear(frame);
      else early.set(isPointerType(frame.type) ? frame.type : early.size % EARLY_QUESTIONS, frame);
    },
    linked(next) {
      quality = next;
      agent?.linked(next);
    },
    update: (session) => agent?.update(session),
    stop() {
      isOver = true;
      agent?.stop();
    },
  };
}

/** What the consumer does in the session, once that is loaded. @param become takes the session as it is for this side */
function expectControls(context: SessionContext, become: (session: SessionInfo) => void): Pick<LiveSession, 'update' | 'stop'> {
  let told = context.session;
  let isOver = false;
  let controls: Talk.SessionControls | undefined;

  const look = (): void => become(controls?.restrict(told) ?? told);

  void loadTalk().then(({ showControls }) => {
    if (!isOver) controls = showControls({ ...context, restricted: look }, told);
  });

  return {
    update(next) {
      told = next;
      look();
      controls?.update(next);
    },
    stop() {
      isOver = true;
      controls?.stop();
    },
  };
}
