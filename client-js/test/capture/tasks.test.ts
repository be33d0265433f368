import { describe, expect, it, vi } from 'vitest';
import { createTasks } from '../../src/capture/tasks.ts';

/** A window whose timers run when the test says so. */
function fakeWindow(hidden: boolean) {
  const timers: { readonly run: () => void; readonly millis: number }[] = [];
  const window = {
    MessageChannel,
    document: { hidden },
    setTimeout: (run: () => void, millis: number) => timers.push({ run, millis }),
    clearTimeout: () => undefined,
  };
  return { timers, tasks: createTasks(window as unknown as Window & typeof globalThis) };
}

describe('work that is due later', () => {
  it('should have its timer at once in a tab that is seen', () => {
    const { timers, tasks } = fakeWindow(false);
    const work = vi.fn();
    tasks.after(50, work);
    expect(timers).toMatchObject([{ millis: 50 }]);
    timers[0]?.run();
    expect(work).toHaveBeenCalledOnce();
    tasks.stop();
  });

  it('should have it in a task of its own in a hidden tab, where a timer that others lead to may be held for a minute', async () => {
    const { timers, tasks } = fakeWindow(true);
    const work = vi.fn();
    tasks.after(50, work);
    tasks.after(10, work);
    expect(timers).toEqual([]);
    await vi.waitFor(() => expect(timers).toMatchObject([{ millis: 50 }]));
    timers[0]?.run();
    expect(work).toHaveBeenCalledOnce();
    tasks.stop();
  });

  it('should be done by what is due next, and then no more', async () => {
    const { timers, tasks } = fakeWindow(true);
    const later = vi.fn();
    const next = vi.fn();
    tasks.after(50, later);
    tasks.next(next);
    await vi.waitFor(() => expect(next).toHaveBeenCalledOnce());
    expect(timers).toEqual([]);
    expect(later).not.toHaveBeenCalled();
    tasks.stop();
  });
});
