import { type Channel, openChannel } from '../src/connection/channel.ts';
import type { Answer, Plan, ActionFrame } from '../src/delivery/action-inbox.ts';
import { viaPath } from '../src/connection/path.ts';
import { createTagDelivery, type TagDelivery } from '../src/delivery/tag-delivery.ts';
import { decodeAction, encodeAction, isActionType } from '../src/protocol/action.ts';
import { decodeControl, type SessionInfo } from '../src/protocol/control.ts';
import { encodeNumber } from '../src/protocol/feedback.ts';
import type { Frame } from '../src/protocol/frame.ts';
import { FrameType } from '../src/protocol/frame-type.ts';
import { refuseAction } from '../src/protocol/permission.ts';
import type { Bug } from './bugs.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import { type Path, QUIET } from './network.ts';
import { createSyntheticPage, type SyntheticPage } from './page.ts';
import { createOwnClock, type OwnClock, type VirtualTime } from './time.ts';

const BUNDLE_MILLIS = 60;
const LEAVE_MILLIS = 30;
const KEYFRAME_MILLIS = 1_000;
/** As planted bugs would have it: later than ever, more than all. */
const ENDLESS = 4_000_000_000;
const FORGETFUL_MILLIS = 300;

/** What outlives a document of the tab. */
export interface Tab {
  stored: string;
  /** There is no room for more answers; a secret takes the place of one that was as long. */
  isFull: boolean;
}

interface Memory {
  resume?: string;
  counts?: readonly number[];
  answered?: readonly Answer[];
}

export interface SimulatedTagOptions {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly ledger: Ledger;
  readonly path: Path;
  readonly tab: Tab;
  readonly fatBytes: number;
  readonly bug: Bug | undefined;
  /** Whether an action takes the page away. */
  readonly navigates: (action: number) => boolean;
  /** An action took the page away. */
  readonly leave: () => void;
}

/** One document of the consumer's tab: the tag's own channel and delivery around a synthetic page, tied together as capture.ts does it. */
export interface SimulatedTag {
  readonly clock: OwnClock;
  readonly epoch: number;
  readonly page: SyntheticPage | undefined;
  readonly isOpen: boolean;
  /** @param properly the document says goodbye and keeps what it has to */
  stop(properly: boolean): void;
}

export function startTag(options: SimulatedTagOptions): SimulatedTag {
  const { time, chance, ledger, path, tab, bug } = options;
  const clock = createOwnClock(time);
  const beganAt = time.now();
  const memory = JSON.parse(tab.stored) as Memory;
  let session: SessionInfo | undefined;
  let page: SyntheticPage | undefined;
  let delivery: TagDelivery | undefined;
  let keyframeAt = -KEYFRAME_MILLIS;
  let cancelKeyframe: (() => void) | undefined;
  let isStopped = false;
  let isResuming = false;

  function keep(): boolean {
    const { answered } = tab.isFull ? (JSON.parse(tab.stored) as Memory) : memory;
    tab.stored = JSON.stringify({ ...memory, answered });
    return !tab.isFull || bug === 'no-quota';
  }

  const channel: Channel = openChannel({
    ...{ clock, counts: memory.counts },
    connect: viaPath({ ...QUIET, url: 'ws://relay/', open: path.open, clock, random: chance }),
    hello: () => ({
      ...{ protocol: [1, 1], role: 'consumer', client: 'tag', lz4: true, continues: channel.epoch > 0 },
      ...(memory.resume === undefined ? {} : { resume: memory.resume }),
    }),
  });
  channel.onState((change) => {
    if (change.state === 'closed' && !isStopped) stop(true);
    if (change.state !== 'open') return;
    if (change.welcome.resume !== undefined) memory.resume = change.welcome.resume;
    keep();
    sessionChanged(change.welcome.session);
    if (delivery) delivery.opened();
    else clock.after(chance.between(0, BUNDLE_MILLIS), begin);
  });
  channel.onFrame((frame) => {
    if (isStopped) return;
    if (frame.type === FrameType.SESSION) sessionChanged(decodeControl<SessionInfo>(frame.payload));
    else hear(broken(frame));
  });

  function hear(frame: Frame): void {
    isResuming = frame.type === FrameType.RESUME;
    delivery?.receive(frame);
    isResuming = false;
  }

  function sessionChanged(next: SessionInfo): void {
    const isResumed = session !== undefined && session.state !== 'active' && next.state === 'active';
    session = next;
    if (next.state === 'ended') return stop(true);
    if (!isResumed || !page) return;
    delivery?.restart();
    keyframe();
  }

  function begin(): void {
    if (isStopped || delivery) return;
    delivery = createTagDelivery({
      ...{ channel, clock, answered: memory.answered ?? [], remember, plan },
      documentMillis: () => time.now() - beganAt,
      keyframe: requestKeyframe,
      room: () => page?.goOn(),
      viewerHas: () => undefined,
    });
    const { send, hasRoom } = delivery;
    page = createSyntheticPage({
      ...{ clock, chance, ledger, document: beganAt, fatBytes: options.fatBytes, send },
      hasRoom: () => session?.state === 'active' && hasRoom(),
    });
    if (channel.state === 'open') delivery.opened();
    keyframe();
  }

  function requestKeyframe(): void {
    // Unless the page that the viewer speaks of was given up before.
    if (isResuming && page?.isComing === false && !cancelKeyframe) ledger.blame('a break alone led to a keyframe');
    cancelKeyframe ??= clock.after(keyframeAt + KEYFRAME_MILLIS - clock.now(), keyframe);
  }

  function keyframe(): void {
    cancelKeyframe?.();
    cancelKeyframe = undefined;
    keyframeAt = clock.now();
    if (session?.state === 'active') page?.keyframe();
  }

  function remember(answers: readonly Answer[]): boolean {
    memory.answered = answers;
    if (bug !== 'late-memory') return keep();
    clock.after(FORGETFUL_MILLIS, keep);
    return true;
  }

  function plan({ type, sender, payload }: ActionFrame): Plan {
    if (!session) return 'not-active';
    const role = session.participants.find(({ number }) => number === sender)?.role;
    const refusal = refuseAction(role, session.state, session.mode, type);
    if (refusal) return refusal;
    const { action } = decodeAction(type, payload);
    const number = 'node' in action ? action.node : 0;
    return number % 11 === 10 ? 'no-such-node' : () => carryOut(number);
  }

  function carryOut(action: number): void {
    if (!session) return;
    ledger.applied(action, channel.epoch, session);
    page?.change();
    if (options.navigates(action)) clock.after(chance.between(0, LEAVE_MILLIS), options.leave);
    if (action % 7 === 6) throw new Error('the page’s own');
  }

  /** The frame as the machines see it: as it came, unless a bug is planted. */
  function broken(frame: Frame): Frame {
    const { type, sender, sequence, payload } = frame;
    if (bug === 'ack-all' && type === FrameType.PAGE_ACK) return { ...frame, payload: encodeNumber(ENDLESS) };
    if (!isActionType(type)) return frame;
    if (bug === 'no-epoch') return { ...frame, epoch: channel.epoch };
    if (bug === 'no-deadline') return { ...frame, payload: encodeAction(decodeAction(type, payload).action, ENDLESS) };
    const isAnswered = memory.answered?.some(([agent, highest]) => agent === sender && sequence <= highest);
    const planned = bug === 'no-dedupe' && isAnswered ? plan({ ...frame, type }) : undefined;
    if (typeof planned === 'function') planned();
    return frame;
  }

  function stop(properly: boolean): void {
    if (isStopped) return;
    isStopped = true;
    if (properly) {
      memory.counts = channel.counts;
      keep();
    } else {
      path.abandon();
    }
    page?.stop();
    delivery?.stop();
    cancelKeyframe?.();
    channel.close();
    clock.stop();
  }

  return {
    clock,
    get epoch() {
      return channel.epoch;
    },
    get page() {
      return page;
    },
    get isOpen() {
      return channel.state === 'open';
    },
    stop,
  };
}
