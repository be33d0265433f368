/** Time as connections need it; tests move it by hand. */
export interface Clock {
  now(): number;
  /** Runs the task once after a delay. @returns what takes it back */
  after(millis: number, task: () => void): () => void;
}

/** The time of day: it may be set. */
export const pageClock: Clock = {
  now: () => Date.now(),
  after(millis, task) {
    const timer = setTimeout(task, millis);
    return () => clearTimeout(timer);
  },
};

/** Time that no setting of the machine's clock moves. */
export const steadyClock: Clock = { ...pageClock, now: () => performance.now() };
