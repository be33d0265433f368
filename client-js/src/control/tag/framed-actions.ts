import type { ActionFrame, Plan } from '../../delivery/action-inbox.ts';
import type { Planner } from '../../delivery/late-planner.ts';
import { type Action, decodeAction, isActionType } from '../../protocol/action.ts';
import { MalformedBytes } from '../../protocol/bytes.ts';
import { frameOf } from '../../protocol/framed-id.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import type { Frame } from '../../protocol/frame.ts';
import { MAX_UNANSWERED_ACTIONS } from '../../protocol/limits.ts';

type OnNode = Action & { readonly node: number };

/** The documents in frames of other origins that are part of the session. */
export interface FramedHands {
  /** What is to be done about an action on a node of one of them. @param isBusy whether the consumer's hands are in this document */
  plan(frame: ActionFrame, action: OnNode, isBusy: boolean): Promise<Plan>;
  /** The highlight is none of theirs, or of this one alone. */
  unmark(but?: number): void;
}

export interface FramedActionsContext {
  epoch(): number;
  frames(): FramedHands | undefined;
  /** Whether the consumer's hands are in this document. */
  isBusy(): boolean;
  /** Takes the highlight away from this document. */
  unmark(): void;
  /** What is to be done about an action on a node of this document, or whether it may be done at all. */
  plan(frame: ActionFrame): Plan;
}

/**
 * Actions on nodes of framed documents: what is to be done about them their own tags say, in a moment. Until then the actions behind them wait, for their order counts; everything else about them (whether it is their turn, whether they are
 * allowed and in time, and that they are carried out once) is decided when they come again, as for any other.
 */
export function createFramedActions(context: FramedActionsContext): Planner & { stop(): void } {
  const plans = new WeakMap<Frame, Plan>();
  let waiting: ActionFrame[] = [];
  /** The one that comes again now. */
  let released: Frame | undefined;

  async function next(again: (frame: Frame) => void): Promise<void> {
    for (let [head] = waiting; head !== undefined; [head] = waiting) {
      const action = framedAction(head);
      const frames = context.frames();
      if (action !== undefined && frames !== undefined) plans.set(head, await planIn(frames, head, action));
      // Nothing waits any more once it is over.
      if (waiting.shift() !== head) return;
      released = head;
      again(head);
    }
  }

  async function planIn(frames: FramedHands, frame: ActionFrame, action: OnNode): Promise<Plan> {
    const plan = await frames.plan(frame, action, context.isBusy());
    if (action.type !== FrameType.HIGHLIGHT || typeof plan === 'string') return plan;
    return () => {
      context.unmark();
      frames.unmark(frameOf(action.node));
      plan();
    };
  }

  function framedAction(frame: ActionFrame): OnNode | undefined {
    if (frame.epoch !== context.epoch()) return undefined;
    try {
      const { action } = decodeAction(frame.type, frame.payload);
      return 'node' in action && frameOf(action.node) > 0 ? action : undefined;
    } catch (fault) {
      if (fault instanceof MalformedBytes) return undefined;
      throw fault;
    }
  }

  return {
    keeps(frame, again) {
      if (!isActionType(frame.type) || frame === released) return false;
      const action = frame as ActionFrame;
      if (waiting.some(({ sender, sequence }) => sender === frame.sender && sequence === frame.sequence)) return true;
      if (waiting.length === 0 && framedAction(action) === undefined) return false;
      // One too many comes again by itself.
      if (waiting.length < MAX_UNANSWERED_ACTIONS) waiting.push(action);
      if (waiting.length === 1) void next(again);
      return true;
    },
    plan(frame) {
      const plan = context.plan(frame);
      return plan === 'no-such-node' ? (plans.get(frame) ?? plan) : plan;
    },
    stop() {
      waiting = [];
    },
  };
}
