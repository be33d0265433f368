import { type ActionType, encodeVerdict, isActionType, type Refusal, type Verdict } from '../protocol/action.ts';
import { ByteReader } from '../protocol/bytes.ts';
import type { Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { MAX_UNANSWERED_ACTIONS } from '../protocol/limits.ts';

/** Agents whose actions are remembered; more than ever take part in a session. */
const MAX_AGENTS = 16;

/** In memory, what was answered late: in the place of a refusal. */
const LATE = 'late';
type Given = Refusal | typeof LATE | '';

/** What one agent's actions were answered: the highest sequence, and the latest verdicts up to it; '' means applied. */
export type Answer = readonly [participant: number, sequence: number, given: readonly Given[]];

/** What is to be done about an action: refuse it, or do it. */
export type Plan = Refusal | (() => void);

/** An action of an agent, as it came. */
export type ActionFrame = Frame & { readonly type: ActionType };

export interface ActionInboxOptions {
  /** What the documents before this one have answered. */
  readonly answered: readonly Answer[];
  /** Keeps the answers in a place that outlives the document. False when that failed: the next document would not know of them. */
  readonly remember: (answers: readonly Answer[]) => boolean;
  readonly epoch: () => number;
  /** Since the document began: the clock of SYNC. */
  readonly clockMillis: () => number;
  readonly send: (type: FrameType, payload: Uint8Array) => void;
  readonly plan: (frame: ActionFrame) => Plan;
}

/** The action lane at the tag (protocol section 4.3): each action once, in order, in time, on the document that it was made for, answered by a verdict that is remembered before it is carried out. */
export interface ActionInbox {
  accept(frame: Frame): void;
  /** For SYNC. */
  answered(): readonly (readonly [participant: number, sequence: number])[];
}

export function createActionInbox(options: ActionInboxOptions): ActionInbox {
  let answers = options.answered;

  function judge(frame: ActionFrame): Plan | typeof LATE {
    if (frame.epoch !== options.epoch()) return 'stale-epoch';
    try {
      if (new ByteReader(frame.payload).varint() <= options.clockMillis()) return LATE;
    } catch {
      return 'malformed';
    }
    return options.plan(frame);
  }

  function answer(participant: number, sequence: number, given: Given): void {
    options.send(FrameType.VERDICT, encodeVerdict(toVerdict(participant, sequence, given)));
  }

  return {
    accept(frame) {
      const { type, sender, sequence } = frame;
      if (!isActionType(type)) return;
      const [, highest, given] = answers.find(([participant]) => participant === sender) ?? ([sender, 0, []] as Answer);
      if (sequence <= highest) {
        // Older than all that is remembered: nobody waits for it any more.
        answer(sender, sequence, given.at(sequence - highest - 1) ?? LATE);
        return;
      }
      // Beyond a gap: it will come again.
      if (sequence !== highest + 1) return;
      const planned = judge(frame as ActionFrame);
      const others = answers.filter(([participant]) => participant !== sender).slice(1 - MAX_AGENTS);
      const remember = (verdict: Given): boolean => {
        answers = [...others, [sender, sequence, [...given.slice(1 - MAX_UNANSWERED_ACTIONS), verdict]]];
        return options.remember(answers);
      };
      let verdict: Given = typeof planned === 'string' ? planned : '';
      // Carried out and forgotten, it would be answered otherwise by the next document.
      if (!remember(verdict) && typeof planned === 'function') remember((verdict = 'not-remembered'));
      else if (typeof planned === 'function') carryOut(planned);
      answer(sender, sequence, verdict);
    },
    answered: () => answers.map(([participant, sequence]) => [participant, sequence]),
  };
}

/** The page's own code may throw while it is acted upon; that ends neither the answer nor the session. */
export function carryOut(planned: () => void): void {
  try {
    planned();
  } catch {
    // What was done before the page threw stands, as it would under the consumer's own hand.
  }
}

function toVerdict(participant: number, sequence: number, given: Given): Verdict {
  if (given === '') return { participant, sequence, outcome: 'applied' };
  return { participant, sequence, outcome: given === LATE ? 'expired' : 'refused', reason: given };
}
