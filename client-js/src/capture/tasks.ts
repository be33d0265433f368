/** What the capture runs later. One piece of work is due at a time: asking for one while another is due keeps the earlier. */
export interface Tasks {
  /** Runs in the next task: after what the page has queued, without the delays of timers in hidden tabs. */
  next(work: () => void): void;
  after(millis: number, work: () => void): void;
  /** Runs in the task after the browser has laid the page out, so that asking for boxes costs little; in a hidden tab, and where that takes too long, without. */
  afterFrame(work: () => void): void;
  /** Runs when the page has nothing to do, or after {@link IDLE_MILLIS}; apart from the work that is due. */
  whenIdle(work: () => void): void;
  /** Runs over and over, apart from the work that is due; the result ends it. */
  every(millis: number, work: () => void): () => void;
  /** Runs what is due now, and what becomes due by that, in this task. */
  drain(): void;
  readonly isDraining: boolean;
  stop(): void;
}

/** A page that is never idle, or a browser that does not tell, has idle work done after this time. */
const IDLE_MILLIS = 200;

/** A frame that takes longer than this is not waited for. */
const FRAME_MILLIS = 100;

export function createTasks(window: Window & typeof globalThis): Tasks {
  const channel = new window.MessageChannel();
  let due: (() => void) | undefined;
  let timer = 0;
  /** Of work whose timer is still to be set. */
  let waitMillis: number | undefined;
  let isNext = false;
  let isDraining = false;
  let cancelIdle: (() => void) | undefined;

  function clear(): void {
    window.clearTimeout(timer);
    timer = 0;
    waitMillis = undefined;
    isNext = false;
    due = undefined;
  }

  function wait(millis: number): void {
    waitMillis = undefined;
    timer = window.setTimeout(run, millis);
  }

  function run(): void {
    const work = due;
    clear();
    work?.();
  }

  channel.port1.onmessage = () => {
    if (isNext) run();
    else if (waitMillis !== undefined) wait(waitMillis);
  };

  return {
    next(work) {
      const isPosted = isNext;
      clear();
      due = work;
      isNext = true;
      if (!isPosted && !isDraining) channel.port2.postMessage(0);
    },
    after(millis, work) {
      if (due !== undefined) return;
      due = work;
      // In a hidden tab, a timer that the page's own timers lead to is held for up to a minute; one that is set in a task of its own, for a second.
      if (window.document.hidden) {
        waitMillis = millis;
        channel.port2.postMessage(0);
      } else wait(millis);
    },
    afterFrame(work) {
      clear();
      due = work;
      window.requestAnimationFrame(() => {
        if (due !== work || isNext) return;
        isNext = true;
        if (!isDraining) channel.port2.postMessage(0);
      });
      wait(window.document.hidden ? 0 : FRAME_MILLIS);
    },
    whenIdle(work) {
      if (cancelIdle !== undefined) return;
      const idle = (): void => {
        cancelIdle = undefined;
        work();
      };
      // Not in every browser, whatever the types say.
      if ('requestIdleCallback' in window) {
        const handle = window.requestIdleCallback(idle, { timeout: IDLE_MILLIS });
        cancelIdle = () => {
          window.cancelIdleCallback(handle);
        };
      } else {
        const handle = (window as Window).setTimeout(idle, IDLE_MILLIS);
        cancelIdle = () => {
          (window as Window).clearTimeout(handle);
        };
      }
    },
    every(millis, work) {
      const handle = window.setInterval(work, millis);
      return () => {
        window.clearInterval(handle);
      };
    },
    drain() {
      if (isDraining) return;
      isDraining = true;
      try {
        while (due !== undefined) run();
      } finally {
        isDraining = false;
      }
    },
    get isDraining() {
      return isDraining;
    },
    stop() {
      clear();
      cancelIdle?.();
      cancelIdle = undefined;
      channel.port1.close();
    },
  };
}
