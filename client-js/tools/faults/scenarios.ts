import { hideFor } from './hidden.ts';
import type { DeskWindow, Stage } from './stage.ts';

/** One try of a scenario: how long until the mirror was live again after the path was, in ms. */
export type Try = (stage: Stage, round: number) => Promise<number>;

export interface Scenario {
  readonly name: string;
  readonly run: Try;
  /** The most that one try may take, and the 95th percentile of all, in ms. */
  readonly most: number;
  readonly p95?: number;
}

const GIVE_UP_MILLIS = 30_000;
const SETTLE_MILLIS = 1_500;

const pause = (millis: number): Promise<void> => new Promise((resume) => setTimeout(resume, millis));

/** Waits until the mirror shows what the page had after `since`. @returns ms from then */
async function resumed(stage: Stage, since: number): Promise<number> {
  const at = await stage.agent.evaluate(([time, within]) => (window as unknown as DeskWindow).freshAfter(time, within), [
    since,
    GIVE_UP_MILLIS,
  ] as const);
  const state = await stage.agent.evaluate(() => (window as unknown as DeskWindow).session().state);
  if (state !== 'active') throw new Error(`the session is ${state}`);
  if (at === null) throw new Error(`the mirror stood still for ${GIVE_UP_MILLIS} ms`);
  return at - since;
}

/**
 * Both directions of one side, or of both, are dark for a while.
 *
 * @param end `up`: what was under way goes on; `up dead`: connections of before stay dead, as where TCP has backed off for long
 */
const blackout =
  (millis: number, end: 'up' | 'up dead'): Try =>
  async (stage, round) => {
    await settle(stage);
    const paths = [[stage.consumerPath], [stage.agentPath], [stage.consumerPath, stage.agentPath]][round % 3] ?? [];
    await Promise.all(paths.map((path) => path.tell('blackhole')));
    await pause(millis);
    await Promise.all(paths.map((path) => path.tell(end)));
    return resumed(stage, Date.now());
  };

/** The mirror is live, on whatever carrier. */
async function settle(stage: Stage): Promise<void> {
  await resumed(stage, Date.now());
  await pause(SETTLE_MILLIS);
  await resumed(stage, Date.now());
}

const reset: Try = async (stage, round) => {
  await settle(stage);
  const path = round % 2 === 0 ? stage.consumerPath : stage.agentPath;
  await path.tell('reset');
  return resumed(stage, Date.now());
};

const fallBack =
  (...commands: string[]): Try =>
  async (stage, round) => {
    await settle(stage);
    const path = round % 2 === 0 ? stage.consumerPath : stage.agentPath;
    for (const command of commands) await path.tell(command);
    const millis = await resumed(stage, Date.now());
    await path.tell('clear');
    // Long enough to move up again before the next round.
    await pause(2 * SETTLE_MILLIS);
    return millis;
  };

const stoppedRelay: Try = async (stage) => {
  await settle(stage);
  process.kill(stage.relayPid, 'SIGSTOP');
  await pause(5_000);
  process.kill(stage.relayPid, 'SIGCONT');
  return resumed(stage, Date.now());
};

/** The consumer looks at another tab, and comes back. */
const hidden =
  (millis: number): Try =>
  async (stage) => {
    await settle(stage);
    await hideFor(stage, millis);
    return resumed(stage, Date.now());
  };

export const scenarios = (hiddenMillis: number): readonly Scenario[] => [
  ...[1, 3, 10, 30].flatMap((seconds) => [
    { name: `blackout ${seconds} s`, run: blackout(seconds * 1_000, 'up'), most: 1_000, p95: 500 },
    { name: `blackout ${seconds} s, dead`, run: blackout(seconds * 1_000, 'up dead'), most: 1_000, p95: 500 },
  ]),
  { name: 'reset', run: reset, most: 1_000 },
  { name: 'WebSocket port dropped', run: fallBack('block-websocket hang'), most: 2_000 },
  { name: 'WebSocket refused', run: fallBack('block-websocket 403'), most: 2_000 },
  { name: 'Upgrade stripped', run: fallBack('strip-upgrade on', 'reset'), most: 2_000 },
  { name: 'relay stopped for 5 s', run: stoppedRelay, most: 1_000 },
  { name: 'tab hidden', run: hidden(hiddenMillis), most: 2_000 },
];
