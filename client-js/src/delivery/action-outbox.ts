import type { Clock } from '../connection/clock.ts';
import { type Action, type ActionType, encodeAction, type Verdict } from '../protocol/action.ts';
import type { ErrorInfo } from '../protocol/control.ts';
import { encodeFrame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { ACTION_LIFE_MILLIS, MAX_UNANSWERED_ACTIONS } from '../protocol/limits.ts';
import type { Sync } from '../protocol/sync.ts';

/** Unanswered actions are sent again after this long without a verdict. */
const AGAIN_MILLIS = 2_000;
/** Where the time of day moves by so much against the steady clock, the machine slept or was set: what is known of the tag's clock is wrong. */
const JUMP_MILLIS = 2_000;
/** A gap is closed by so many frames at a time, the next when they are answered: how wide it is, the tag says, and nobody can trust it. */
const MAX_FILLERS = 64;
/** Documents whose clocks are known: the one in sight, and the one that comes after it. */
const MAX_CLOCKS = 2;

/** What became of an action; `number` is what {@link ActionOutbox.act} gave. */
export type Outcome =
  | { readonly number: number; readonly type: ActionType; readonly verdict: Verdict }
  /** The relay would not pass it on. */
  | { readonly number: number; readonly type: ActionType; readonly error: ErrorInfo };

export interface ActionOutboxOptions {
  readonly clock: Clock;
  /** Hands a frame to the carrier; false when there is none. */
  readonly post: (frame: Uint8Array<ArrayBuffer>) => boolean;
  /** An action waits for the SYNC of its document, or what is known of the tag's clock is in doubt. */
  readonly needSync: () => void;
  /** Once for each action. */
  readonly settled: (outcome: Outcome) => void;
}

/**
 * The action lane at the agent (protocol section 4.3): keeps actions, in order, until their verdict has come, and sends them again until then. An action on a document whose SYNC has not come waits for it: its deadline
 * counts from the moment of {@link ActionOutbox.act}, and only the tag says what became of it.
 */
export interface ActionOutbox {
  /** Actions from the first whose verdict has not come on: verdicts may overtake each other, and the tag remembers the latest alone. */
  readonly unanswered: number;
  /** Whether it is not known from which sequence to count on, or what time it is at the tag. */
  readonly isInDoubt: boolean;
  /** @returns the action's number, counted from 1; -1 when too many wait for their verdict already */
  act(action: Action, epoch: number): number;
  /**
   * @param participant this agent's number
   * @param isOurs whether the SYNC answers this very load of its desk
   */
  sync(sync: Sync, epoch: number, participant: number, isOurs: boolean): void;
  verdict(verdict: Verdict): void;
  /** The relay refused an action. */
  refused(error: ErrorInfo): void;
  /** The channel has opened, or the session goes on after a pause. */
  opened(): void;
  /** Nobody will answer any more: settles what waits. */
  close(): void;
}

interface Pending {
  readonly number: number;
  readonly action: Action;
  readonly epoch: number;
  /** -Infinity when the clock has jumped since, so that nobody knows. */
  madeAt: number;
  /** As it was first sent; undefined before. */
  frame: Uint8Array<ArrayBuffer> | undefined;
  sendings: number;
  /** What the relay said about it. */
  error: ErrorInfo | undefined;
  isSettled: boolean;
}

export function createActionOutbox({ clock, post, needSync, settled }: ActionOutboxOptions): ActionOutbox {
  const pending: Pending[] = [];
  /** When the clock of a document's tag stood at 0, on this side's clock, for the latest documents. */
  const zeros = new Map<number, number>();
  let acted = 0;
  /** Sequence of the action before the first: the desk may have been reloaded. */
  let base = 0;
  let isBased = false;
  let isDoubted = false;
  /** The highest of this agent's sequences that the tag has answered, as it says itself: less than before when it could not keep all in mind. */
  let answeredTo = 0;
  /** The last sequence of a gap that was posted, while there are more of it. */
  let filledTo = Infinity;
  let wallAhead = aheadMillis();
  let cancelAgain: (() => void) | undefined;

  /** A document that the consumer has left will answer nothing but that it was left; before that, an action waits for its document's clock. */
  function deadlineOf({ epoch, madeAt }: Pending): number | undefined {
    if (!isBased) return undefined;
    const zero = zeros.get(epoch);
    if (zero !== undefined) return Math.max(0, Math.floor(madeAt - zero) + ACTION_LIFE_MILLIS);
    return [...zeros.keys()].some((known) => isAfter(known, epoch)) ? 0 : undefined;
  }

  function aheadMillis(): number {
    return (clock.wall?.() ?? clock.now()) - clock.now();
  }

  function lookAtClocks(): void {
    const ahead = aheadMillis();
    if (Math.abs(ahead - wallAhead) > JUMP_MILLIS) {
      zeros.clear();
      for (const one of pending) one.madeAt = -Infinity;
      doubt();
    }
    wallAhead = ahead;
  }

  function doubt(): void {
    if (isDoubted) return;
    isDoubted = true;
    needSync();
  }

  /** What stands for an action that is not to be: every mode lets it pass, and it has expired at once. */
  function nothing(epoch: number, sequence: number): Uint8Array<ArrayBuffer> {
    return encodeFrame(FrameType.HIGHLIGHT, epoch, sequence, encodeAction({ type: FrameType.HIGHLIGHT, node: 0 }, 0));
  }

  /** The tag waits for what it has answered and forgotten. */
  function fillGap(): void {
    const [first] = pending;
    filledTo = Infinity;
    if (!isBased || !first) return;
    const next = base + first.number;
    const end = Math.min(next, answeredTo + 1 + MAX_FILLERS);
    for (let sequence = answeredTo + 1; sequence < end; sequence++) post(nothing(first.epoch, sequence));
    if (end < next) filledTo = end - 1;
  }

  /** Sends from this one on, in order, as far as they can be sent. */
  function send(from: number): void {
    fillGap();
    for (const one of filledTo < Infinity ? [] : pending.slice(from)) {
      if (!one.frame) {
        const deadline = deadlineOf(one);
        if (deadline === undefined) break;
        one.frame = encodeFrame(one.action.type, one.epoch, base + one.number, encodeAction(one.action, deadline));
      }
      if (!post(one.frame)) break;
      one.sendings++;
    }
    if (pending.length > 0) cancelAgain ??= clock.after(AGAIN_MILLIS, again);
  }

  function sendAgain(): void {
    cancelAgain?.();
    cancelAgain = undefined;
    send(0);
  }

  function again(): void {
    if (pending.some((one) => !one.frame && deadlineOf(one) === undefined)) needSync();
    sendAgain();
  }

  function unanswered(): number {
    const [first] = pending;
    return first ? acted + 1 - first.number : 0;
  }

  function find(sequence: number): Pending | undefined {
    return pending.find(({ number, frame }) => frame && base + number === sequence);
  }

  function settle(one: Pending, outcome: { readonly verdict: Verdict } | { readonly error: ErrorInfo }): void {
    if (one.isSettled) return;
    one.isSettled = true;
    settled({ number: one.number, type: one.action.type, ...outcome });
  }

  return {
    get unanswered() {
      return unanswered();
    },
    get isInDoubt() {
      return !isBased || isDoubted;
    },
    act(action, epoch) {
      if (unanswered() >= MAX_UNANSWERED_ACTIONS) return -1;
      lookAtClocks();
      const isNext = pending.every(({ frame }) => frame);
      pending.push({
        ...{ number: ++acted, action, epoch, madeAt: clock.now() },
        ...{ frame: undefined, sendings: 0, error: undefined, isSettled: false },
      });
      // One that waits is not overtaken.
      if (isNext) send(pending.length - 1);
      return acted;
    },
    sync({ clockMillis, answered }, epoch, participant, isOurs) {
      lookAtClocks();
      isDoubted = false;
      answeredTo = answered.find(([agent]) => agent === participant)?.[1] ?? 0;
      zeros.delete(epoch);
      zeros.set(epoch, clock.now() - clockMillis);
      for (const old of [...zeros.keys()].slice(0, -MAX_CLOCKS)) zeros.delete(old);
      if (!isBased && isOurs) {
        isBased = true;
        base = answeredTo;
      }
      sendAgain();
    },
    verdict(verdict) {
      answeredTo = Math.max(answeredTo, verdict.sequence);
      if (answeredTo >= filledTo) sendAgain();
      const one = find(verdict.sequence);
      if (!one) return;
      pending.splice(pending.indexOf(one), 1);
      cancelAgain?.();
      cancelAgain = pending.length > 0 ? clock.after(AGAIN_MILLIS, again) : undefined;
      const hasExpired = verdict.outcome === 'expired';
      // What stood in for it has expired, as it was to. An action that was late was on its way for long, or its deadline was wrong.
      if (hasExpired && !one.error) doubt();
      settle(one, one.error && hasExpired ? { error: one.error } : { verdict });
    },
    refused(error) {
      const one = error.sequence ? find(error.sequence) : undefined;
      const isAction = one && (one.action.type === error.type || one.error);
      // An action waits for its receiver to come back.
      if (!isAction || one.error || error.reason === 'not-present') return;
      one.error = error;
      // The only one that ever left is not on its way any more; of two, the first may have been carried out.
      if (one.sendings === 1) settle(one, { error });
      // Sequences have no gaps.
      one.frame = nothing(one.epoch, error.sequence ?? 0);
      if (error.reason === 'mode-forbids') sendAgain();
    },
    opened: sendAgain,
    close() {
      cancelAgain?.();
      cancelAgain = undefined;
      for (const one of pending.splice(0)) {
        const verdict: Verdict = { participant: 0, sequence: base + one.number, outcome: 'expired', reason: 'session-ended' };
        settle(one, { verdict });
      }
    },
  };
}

/** Which of two documents is the later: epochs start again after 65,535, so the shorter way round tells. */
const isAfter = (epoch: number, other: number): boolean => epoch !== other && ((epoch - other) & 0xffff) < 0x8000;
