/** Time as connections need it; tests move it by hand. */
export interface Clock {
  now(): number;
  /** The time of day, where it may part from {@link Clock.now}: while a machine sleeps, or when it is set. */
  wall?(): number;
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

/**
 * Time that no setting of the machine's clock moves.
 *
 * A browser runs the timers of a hidden tab once a second, and after five minutes those that were set by timers that were set by timers ... once a minute:
 * longer than the relay keeps a place. A message in between ends that chain.
 */
export const steadyClock: Clock = {
  now: () => performance.now(),
  after(millis, task) {
    let cancel = pageClock.after(millis, () => {
      if (document.hidden) {
        const { port1, port2 } = new MessageChannel();
        cancel = () => port1.close();
        port1.onmessage = () => {
          cancel();
          task();
        };
        port2.postMessage(0);
      } else task();
    });
    return () => cancel();
  },
};
