import type { Page } from 'playwright-core';
import type { DeskWindow, Stage } from './stage.ts';

/*
 * The consumer looks at another tab of the same window. Playwright tells each page that it has the focus, and a page that has it is never hidden: only the session that said so can take it back, and that one is not given
 * out. Opening another tab, minimising the window or freezing the page's life cycle leave it visible, as do all other sessions' words about focus.
 */

const LOOK_MILLIS = 10;
const ANSWER_MILLIS = 5_000;
const HIDE_MILLIS = 5_000;

interface Insides {
  readonly _connection: {
    toImpl(page: unknown): {
      readonly delegate: { readonly _mainFrameSession: { readonly _client: { send(method: string, params: object): Promise<unknown> } } };
    };
  };
}

interface HiddenWindow {
  /** What `document.visibilityState` was, and has become since. */
  readonly visibility: string[];
  readonly turns: () => number;
}

const pause = (millis: number): Promise<void> => new Promise((resume) => setTimeout(resume, millis));

async function until(withinMillis: number, isTrue: () => Promise<boolean>, what: string): Promise<number> {
  const start = Date.now();
  while (!(await isTrue())) {
    if (Date.now() - start > withinMillis) throw new Error(`${what}: not within ${withinMillis} ms`);
    await pause(LOOK_MILLIS);
  }
  return Date.now() - start;
}

async function letGoOfFocus(page: Page): Promise<void> {
  const { delegate } = (page as unknown as Insides)._connection.toImpl(page);
  await delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', { enabled: false });
}

/** Presses the counting button of the hidden page. @returns ms until the verdict, and until the mirror shows it */
async function press({ agent }: Stage): Promise<readonly [number, number]> {
  const before = await agent.evaluate(() => (window as unknown as DeskWindow).shownText('count'));
  const number = await agent.evaluate(() => (window as unknown as DeskWindow).press('count'));
  const start = Date.now();
  const isApplied = (): Promise<boolean> =>
    agent.evaluate(
      (wanted) => (window as unknown as DeskWindow).verdicts.some(({ sequence, outcome }) => sequence === wanted && outcome === 'applied'),
      number,
    );
  const isShown = (): Promise<boolean> => agent.evaluate((text) => (window as unknown as DeskWindow).shownText('count') !== text, before);
  const answered = await until(ANSWER_MILLIS, isApplied, 'a verdict from the hidden tab');
  await until(ANSWER_MILLIS, isShown, 'what the action did in the hidden tab');
  return [answered, Date.now() - start];
}

/** Hides the consumer's tab for a while, in which the agent acts; it was hidden all the time, and the session lived. */
export async function hideFor(stage: Stage, millis: number): Promise<void> {
  const { consumer, agent } = stage;
  await letGoOfFocus(consumer);
  const other = await consumer.context().newPage();
  await other.bringToFront();
  await until(HIDE_MILLIS, () => consumer.evaluate(() => document.visibilityState === 'hidden'), 'a hidden tab');
  await consumer.evaluate(() => {
    const visibility: string[] = [document.visibilityState];
    document.addEventListener('visibilitychange', () => visibility.push(document.visibilityState));
    let turns = 0;
    setInterval(() => turns++, 50);
    Object.assign(window, { visibility, turns: () => turns } satisfies HiddenWindow);
  });
  await pause(millis);
  const [answered, shown] = await press(stage);
  const [visibility, turns] = await consumer.evaluate(() => {
    const { visibility, turns } = window as unknown as HiddenWindow;
    return [[...visibility, document.visibilityState], turns()] as const;
  });
  const state = await agent.evaluate(() => (window as unknown as DeskWindow).session().state);
  console.log(
    `  hidden behind another tab: visibilityState ${visibility.join(', ')} over ${millis / 1000} s, a timer of 50 ms ran ${turns} times; then an action's verdict took ${answered} ms, the mirror ${shown} ms`,
  );
  if (visibility.some((one) => one !== 'hidden')) throw new Error(`the tab was ${visibility.join(', ')}`);
  if (state !== 'active') throw new Error(`the session was ${state} while the tab was hidden`);
  await consumer.bringToFront();
  await other.close();
  await until(HIDE_MILLIS, () => consumer.evaluate(() => document.visibilityState === 'visible'), 'a visible tab');
}
