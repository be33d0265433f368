import type { Browser, Page } from 'playwright-core';

/*
 * Main-thread tasks from Chromium's own trace: unlike PerformanceObserver's `longtask` it sees tasks below 50 ms, and it
 * gives the thread's CPU time beside the wall time. On a busy machine only CPU time can be compared.
 */

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing', 'v8.execute', '__metadata'];
const START_MARK = 'tandem-fidelity-start';

/** Events that say: script ran inside this task. */
const SCRIPT = new Set(['FunctionCall', 'EvaluateScript', 'v8.evaluateModule', 'v8.run', 'RunMicrotasks', 'V8.Execute', 'v8.callFunction']);

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

export interface TaskTimes {
  /** CPU ms of the longest task in which script ran. */
  readonly longestCpuMs: number;
  /** Wall ms of the longest task in which script ran. */
  readonly longestWallMs: number;
  /** CPU ms of all tasks in which script ran. */
  readonly totalCpuMs: number;
  readonly tasks: number;
}

/** Records from now on; the page must run nothing but what is measured until {@link stopTrace}. */
export async function startTrace(browser: Browser, page: Page): Promise<void> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.evaluate((mark) => performance.mark(mark), START_MARK);
}

/** The tasks of the traced page's main thread since {@link startTrace} in which script ran. */
export async function stopTrace(browser: Browser): Promise<TaskTimes> {
  const trace = JSON.parse((await browser.stopTracing()).toString('utf8')) as { traceEvents: TraceEvent[] };
  const mark = trace.traceEvents.find((event) => event.name === START_MARK);
  if (!mark) throw new Error('the trace does not hold its start mark');
  const ofThread = trace.traceEvents.filter(
    (event) => event.pid === mark.pid && event.tid === mark.tid && event.ts > mark.ts && event.ph === 'X',
  );
  const scripts = ofThread.filter((event) => SCRIPT.has(event.name)).sort((a, b) => a.ts - b.ts);
  const tasks = ofThread.filter((event) => event.name === 'RunTask').sort((a, b) => a.ts - b.ts);
  const withScript: TraceEvent[] = [];
  let at = 0;
  for (const task of tasks) {
    const end = task.ts + (task.dur ?? 0);
    while (at < scripts.length && (scripts[at] as TraceEvent).ts < task.ts) at++;
    if (at < scripts.length && (scripts[at] as TraceEvent).ts <= end) withScript.push(task);
  }
  const cpu = withScript.map((task) => (task.tdur ?? task.dur ?? 0) / 1000);
  return {
    longestCpuMs: Math.max(0, ...cpu),
    longestWallMs: Math.max(0, ...withScript.map((task) => (task.dur ?? 0) / 1000)),
    totalCpuMs: cpu.reduce((sum, ms) => sum + ms, 0),
    tasks: withScript.length,
  };
}
