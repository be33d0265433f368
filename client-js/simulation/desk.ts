import { AgentSession } from '../src/control/agent/agent-session.ts';
import { FrameType, laneOf } from '../src/protocol/frame-type.ts';
import type { Mode } from '../src/protocol/control.ts';
import { decodeFrame } from '../src/protocol/frame.ts';
import type { Action } from '../src/protocol/action.ts';
import type { Bug } from './bugs.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import { type Path, QUIET } from './network.ts';
import { createSyntheticMirror } from './page.ts';
import { createOwnClock, type OwnClock, type VirtualTime } from './time.ts';

const MAX_UNANSWERED = 64;

export interface SimulatedDeskOptions {
  readonly number: number;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly ledger: Ledger;
  readonly path: Path;
  readonly bug: Bug | undefined;
}

/** One load of the agent's desk: the real AgentSession, with a synthetic mirror as its audience. */
export interface SimulatedDesk {
  readonly number: number;
  readonly clock: OwnClock;
  readonly shownEpoch: number;
  readonly text: string;
  readonly isOver: boolean;
  act(): void;
  setMode(mode: Mode): void;
  breakMirror(): void;
  /** The desk's document goes, without a word. */
  vanish(): void;
}

export function startDesk(options: SimulatedDeskOptions): SimulatedDesk {
  const { number: desk, time, chance, ledger, path } = options;
  const clock = createOwnClock(time);
  const mirror = createSyntheticMirror();
  /** The ledger's number of each action that the session has numbered. */
  const actions = new Map<number, number>();
  let shownEpoch = 0;
  let refusedByVerdict: number | undefined;
  let isGone = false;

  const session = new AgentSession(
    {
      ...{ session: 's', invitation: 'i', mode: 'shared', grant: 'grant', channelUrl: 'ws://relay/' },
      ...{ withdraw: () => Promise.resolve(), end: () => Promise.resolve() },
    },
    { ...QUIET, clock, random: chance, open: wired(options) },
  );
  session.attach({
    page(batch, epoch) {
      const number = mirror.apply(batch);
      shownEpoch = epoch;
      ledger.shown(desk, number, mirror.text);
    },
    asset: () => undefined,
    pointer: () => undefined,
  });
  session.addEventListener('verdict', (event) => {
    const { sequence, outcome } = (event as CustomEvent<{ readonly sequence: number; readonly outcome: string }>).detail;
    if (outcome !== 'applied') refusedByVerdict = sequence;
    settled(sequence, outcome);
  });
  session.addEventListener('refused', (event) => {
    const { sequence, reason } = (event as CustomEvent<{ readonly sequence?: number; readonly reason: string }>).detail;
    if (sequence !== undefined && sequence > 0 && sequence !== refusedByVerdict) settled(sequence, reason);
    refusedByVerdict = undefined;
  });

  function settled(sequence: number, outcome: string): void {
    const action = actions.get(sequence);
    if (action === undefined) ledger.blame(`desk ${desk} was told of ${sequence}, which it never sent`);
    else if (!isGone) ledger.settled(action, outcome);
  }

  function act(): void {
    if (shownEpoch === 0 || session.state === 'ended') return;
    const isGuiding = chance.oneIn(4);
    const action = ledger.made(desk, shownEpoch, isGuiding);
    const node = action;
    const told: Action = isGuiding
      ? { type: FrameType.WIGGLE, node }
      : { type: FrameType.CLICK, node, x: 0, y: 0, button: 0, modifiers: 0, clicks: 1 };
    const before = session.unanswered;
    const sequence = session.act(told);
    if (session.unanswered > MAX_UNANSWERED) ledger.blame(`${session.unanswered} unanswered actions`);
    if (sequence > 0) actions.set(sequence, action);
    else if (before === MAX_UNANSWERED) ledger.settled(action, 'too-many');
    else ledger.blame(`refused with ${before} unanswered`);
  }

  return {
    number: desk,
    clock,
    get shownEpoch() {
      return shownEpoch;
    },
    get text() {
      return mirror.text;
    },
    get isOver() {
      return session.state === 'ended';
    },
    act,
    setMode: (mode) => session.setMode(mode),
    breakMirror: () => session.requestKeyframe(),
    vanish() {
      isGone = true;
      path.abandon();
      clock.stop();
    },
  };
}

/** The path's carriers, with what the planted bug does to the frames that go up. */
function wired({ path, bug }: SimulatedDeskOptions): Path['open'] {
  const sent = new Set<string>();
  return (kind, events) => {
    const carrier = path.open(kind, events);
    const { send } = carrier;
    carrier.send = (bytes) => {
      const { type, epoch, sequence } = decodeFrame(bytes);
      if (bug === 'no-resume' && type === FrameType.RESUME) return;
      const name = `${epoch}/${sequence}`;
      if (bug === 'no-resend' && laneOf(type) === 'action' && sent.has(name)) return;
      if (laneOf(type) === 'action') sent.add(name);
      send(bytes);
    };
    return carrier;
  };
}
