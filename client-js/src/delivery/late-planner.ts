import { isActionType } from '../protocol/action.ts';
import type { Frame } from '../protocol/frame.ts';
import { MAX_UNANSWERED_ACTIONS } from '../protocol/limits.ts';
import type { ActionFrame, Plan } from './action-inbox.ts';

export interface Planner {
  plan(frame: ActionFrame): Plan;
  /** Has an action wait that cannot be planned at once: it comes again when it can. False where nothing has to wait. */
  keeps(frame: Frame, again: (frame: Frame) => void): boolean;
}

/** Stands for what plans actions until that is loaded. */
export interface LatePlanner {
  readonly plan: Planner['plan'];
  /** Keeps an action that came too early, or has to wait; false where nothing has to. As many as an agent sends without an answer are kept. */
  keeps(frame: Frame): boolean;
  /** From now on it plans; what was kept comes again. */
  begin(planner: Planner, again: (frame: Frame) => void): void;
  /** Nothing is carried out any more. */
  stop(): void;
}

export function createLatePlanner(): LatePlanner {
  let planner: Planner | undefined;
  let comesAgain: (frame: Frame) => void;
  let early: Frame[] = [];
  let isOver = false;
  return {
    plan: (frame) => planner?.plan(frame) ?? 'not-active',
    keeps(frame) {
      if (planner) return planner.keeps(frame, comesAgain);
      if (!isActionType(frame.type)) return false;
      early = [...early.slice(1 - MAX_UNANSWERED_ACTIONS), frame];
      return true;
    },
    begin(next, again) {
      if (isOver) return;
      planner = next;
      comesAgain = again;
      for (const frame of early) again(frame);
      early = [];
    },
    stop() {
      isOver = true;
      early = [];
    },
  };
}
