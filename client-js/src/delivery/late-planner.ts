import { isActionType } from '../protocol/action.ts';
import type { Frame } from '../protocol/frame.ts';
import { MAX_UNANSWERED_ACTIONS } from '../protocol/limits.ts';
import type { ActionFrame, Plan } from './action-inbox.ts';

type Planner = (frame: ActionFrame) => Plan;

/** Stands for what plans actions until that is loaded. */
export interface LatePlanner {
  readonly plan: Planner;
  /** Keeps an action that came too early; false where nothing has to wait. As many as an agent sends without an answer are kept. */
  keeps(frame: Frame): boolean;
  /** From now on it plans; what was kept comes again. */
  begin(planner: Planner, again: (frame: Frame) => void): void;
  /** Nothing is carried out any more. */
  stop(): void;
}

export function createLatePlanner(): LatePlanner {
  let plan: Planner | undefined;
  let early: Frame[] = [];
  let isOver = false;
  return {
    plan: (frame) => plan?.(frame) ?? 'not-active',
    keeps(frame) {
      if (plan !== undefined || !isActionType(frame.type)) return false;
      early = [...early.slice(1 - MAX_UNANSWERED_ACTIONS), frame];
      return true;
    },
    begin(planner, again) {
      if (isOver) return;
      plan = planner;
      for (const frame of early) again(frame);
      early = [];
    },
    stop() {
      isOver = true;
      early = [];
    },
  };
}
