/** Nodes between two looks at the clock: reading it for each would cost more than many a node. */
const TICKS_PER_LOOK = 32;

/** The main-thread time that one task of the capture may take. */
export interface Budget {
  /** Starts a task that may take this long, or until `isFull`. */
  begin(millis: number, isFull?: () => boolean): void;
  /** Counts one step; true once the time is over. */
  isSpent(): boolean;
}

const NEVER = (): boolean => false;

export function createBudget(now: () => number): Budget {
  let deadline = 0;
  let ticks = 0;
  let spent = false;
  let full = NEVER;
  return {
    begin(millis, isFull = NEVER) {
      full = isFull;
      deadline = now() + millis;
      ticks = 0;
      spent = false;
    },
    isSpent() {
      if (!spent && ++ticks % TICKS_PER_LOOK === 0) spent = now() > deadline || full();
      return spent;
    },
  };
}
