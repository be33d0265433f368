import type { DeskWindow, Stage } from './stage.ts';

/* Many faults in a row under traffic: what counts is what is left at the end. */

/** Each fault lasts a moment, drawn up to this. */
const FAULT_MILLIS = 400;
/** And as long again, drawn, until the next. */
const BETWEEN_MILLIS = 400;
const QUIET_MILLIS = 20_000;
/** Of the actions, at least this share is carried out: paths are broken for less than half of the time, and an action lives for 5 s. */
const LEAST_APPLIED = 0.5;
/** A doubled action would come again after 2 s, and be answered again. */
const TWICE_MILLIS = 2_500;
const FAULTS = [
  'blackhole',
  'reset',
  'lose up on',
  'lose down on',
  'block-websocket close',
  'block-long-poll on',
  'truncate up',
  'truncate down',
];

/** Mulberry32: small, seeded, good enough to choose faults by. */
export function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface StormResult {
  readonly faults: number;
  readonly actions: number;
  readonly applied: number;
  readonly refused: number;
  readonly problems: readonly string[];
}

const pause = (millis: number): Promise<void> => new Promise((resume) => setTimeout(resume, millis));

async function oneFault(stage: Stage, draw: () => number): Promise<void> {
  const path = draw() < 0.5 ? stage.consumerPath : stage.agentPath;
  const fault = FAULTS[Math.floor(draw() * FAULTS.length)] ?? 'reset';
  await path.tell(fault);
  await pause(draw() * FAULT_MILLIS);
  await path.tell('clear');
  // A path that was dark comes back with or without the connections that it had.
  if (fault === 'blackhole') await path.tell(draw() < 0.5 ? 'up' : 'up dead');
  await pause(draw() * BETWEEN_MILLIS);
}

/** Breaks the paths so many times while the page changes and the agent presses its button; then compares. */
export async function storm(stage: Stage, faults: number, seed: number): Promise<StormResult> {
  const draw = drawFrom(seed);
  const { agent, consumer } = stage;
  const actions: number[] = [];
  const before = Number(await consumer.locator('#count').textContent());
  const pressing = { on: true };
  const pressed = (async () => {
    while (pressing.on) {
      const sequence = await agent.evaluate(() => (window as unknown as DeskWindow).press('count'));
      if (sequence > 0) actions.push(sequence);
      await pause(50 + draw() * 200);
    }
  })();
  for (let i = 0; i < faults; i++) await oneFault(stage, draw);
  pressing.on = false;
  await pressed;
  return compare(stage, faults, actions, before);
}

async function compare(stage: Stage, faults: number, actions: readonly number[], before: number): Promise<StormResult> {
  const { agent, consumer } = stage;
  const problems: string[] = [];
  await consumer.evaluate(() => {
    (window as unknown as { rest(): void }).rest();
  });
  const page = async (): Promise<string> => consumer.locator('#list').evaluate((list) => list.outerHTML);
  const deadline = Date.now() + QUIET_MILLIS;
  const answered = (): Promise<DeskWindow['verdicts']> => agent.evaluate(() => (window as unknown as DeskWindow).verdicts);
  const mirrored = (): Promise<string> => agent.evaluate(() => (window as unknown as DeskWindow).mirrorHtml());
  while (Date.now() < deadline && ((await answered()).length < actions.length || (await mirrored()) !== (await page()))) await pause(100);

  if ((await mirrored()) !== (await page())) problems.push('the mirror is not as the page');
  // What comes twice would come about now.
  await pause(TWICE_MILLIS);
  const verdicts = await answered();
  const made = new Set(actions);
  for (const { sequence } of verdicts) if (!made.has(sequence)) problems.push(`a verdict for action ${sequence}, which was never made`);
  for (const sequence of actions) {
    const own = verdicts.filter((verdict) => verdict.sequence === sequence);
    if (own.length !== 1) problems.push(`action ${sequence} has ${own.length} verdicts`);
  }
  const applied = verdicts.filter(({ outcome }) => outcome === 'applied').length;
  const counted = Number(await consumer.locator('#count').textContent()) - before;
  if (counted !== applied) problems.push(`${applied} actions were applied, the page counted ${counted}`);
  if (applied < actions.length * LEAST_APPLIED)
    problems.push(`${applied} of ${actions.length} actions were applied; at least half of them should be`);
  const state = await agent.evaluate(() => (window as unknown as DeskWindow).session().state);
  if (state !== 'active') problems.push(`the session is ${state}`);
  problems.push(...stage.faults);
  return { faults, actions: actions.length, applied, refused: verdicts.length - applied, problems };
}
