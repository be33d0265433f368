import type { Clock } from '../src/connection/clock.ts';

interface Task {
  readonly at: number;
  /** Tasks of one moment run in the order in which they were asked for. */
  readonly order: number;
  run: (() => void) | undefined;
}

const isBefore = (one: Task, other: Task): boolean => one.at < other.at || (one.at === other.at && one.order < other.order);

/** The whole world's time: nothing happens but what was asked for, one task after the other. */
export interface VirtualTime extends Clock {
  /** Runs the next task. @returns false when there is none */
  step(): boolean;
  /** When the next task runs; Infinity without one. */
  nextAt(): number;
}

/** A binary heap of tasks by their time. */
export function createVirtualTime(): VirtualTime {
  const heap: Task[] = [];
  let now = 1;
  let orders = 0;

  function push(task: Task): void {
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Task;
      if (!isBefore(task, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = task;
  }

  function pop(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child++;
      const below = heap[child] as Task;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }

  function dropCancelled(): void {
    while (heap[0] && heap[0].run === undefined) pop();
  }

  return {
    now: () => now,
    after(millis, run) {
      const task: Task = { at: now + Math.max(0, millis), order: ++orders, run };
      push(task);
      return () => (task.run = undefined);
    },
    nextAt() {
      dropCancelled();
      return heap[0]?.at ?? Infinity;
    },
    step() {
      dropCancelled();
      const task = heap[0];
      if (!task) return false;
      pop();
      now = task.at;
      const { run } = task;
      task.run = undefined;
      run?.();
      return true;
    },
  };
}

/** A participant's own clock: it can be asked what timers are left, and stops with all of them. */
export interface OwnClock extends Clock {
  readonly pending: number;
  /** The document has gone: its timers with it. */
  stop(): void;
}

export function createOwnClock(time: Clock): OwnClock {
  let pending = 0;
  let isStopped = false;
  return {
    now: time.now,
    after(millis, task) {
      pending++;
      let isDone = false;
      const done = (): void => {
        if (!isDone) pending--;
        isDone = true;
      };
      const cancel = time.after(millis, () => {
        done();
        if (!isStopped) task();
      });
      return () => {
        done();
        cancel();
      };
    },
    get pending() {
      return pending;
    },
    stop: () => void (isStopped = true),
  };
}
