import { drawFrom } from './storm.ts';
import type { DeskWindow, Stage } from './stage.ts';

/* The agent presses "Buy": the page goes away while it is acted upon, and the connection breaks before, during or after. */

/** A cut comes from this long before the press to this long after it. */
const CUT_BEFORE_MILLIS = 150;
const CUT_AFTER_MILLIS = 350;
const WITHIN_MILLIS = 15_000;
const CUTS = ['reset', 'blackhole'];
const DARK_MILLIS = 300;

export interface BuyingResult {
  readonly tries: number;
  readonly bought: number;
  readonly problems: readonly string[];
}

const pause = (millis: number): Promise<void> => new Promise((resume) => setTimeout(resume, millis));

async function cut(stage: Stage, draw: () => number): Promise<void> {
  const path = draw() < 0.6 ? stage.consumerPath : stage.agentPath;
  const how = CUTS[Math.floor(draw() * CUTS.length)] ?? 'reset';
  await path.tell(how);
  if (how === 'blackhole') {
    await pause(draw() * DARK_MILLIS);
    await path.tell(draw() < 0.5 ? 'up' : 'up dead');
  }
}

function offered(stage: Stage, number: number): Promise<boolean> {
  return stage.agent.evaluate((wanted) => (window as unknown as DeskWindow).shownText('buy') === `Buy ${wanted}`, number);
}

async function until(isTrue: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + WITHIN_MILLIS;
  while (Date.now() < deadline) {
    if (await isTrue()) return true;
    await pause(20);
  }
  return false;
}

async function buy(stage: Stage, number: number, draw: () => number): Promise<string | undefined> {
  if (!(await until(() => offered(stage, number)))) return `purchase ${number}: its page was not mirrored`;
  let sequence = -1;
  const moment = -CUT_BEFORE_MILLIS + draw() * (CUT_BEFORE_MILLIS + CUT_AFTER_MILLIS);
  const press = async (): Promise<void> => {
    // Refused at once (-1) where the agent may not act yet: then nothing was sent, and a person would press again.
    await until(async () => {
      sequence = await stage.agent.evaluate(() => (window as unknown as DeskWindow).press('buy'));
      return sequence > 0;
    });
  };
  await Promise.all([pause(Math.max(0, -moment)).then(press), pause(Math.max(0, moment)).then(() => cut(stage, draw))]);
  const verdicts = (): Promise<DeskWindow['verdicts']> =>
    stage.agent.evaluate((wanted) => (window as unknown as DeskWindow).verdicts.filter((one) => one.sequence === wanted), sequence);
  if (!(await until(async () => (await verdicts()).length > 0))) return `purchase ${number}: no verdict on action ${sequence}`;
  if (!(await until(() => Promise.resolve(stage.purchases.has(number))))) {
    return `purchase ${number}: not made; verdict ${JSON.stringify(await verdicts())}`;
  }
  if (!(await until(() => offered(stage, number + 1)))) return `purchase ${number}: the next page was not mirrored`;
  const given = await verdicts();
  if (given.length !== 1 || given[0]?.outcome !== 'applied') return `purchase ${number}: verdicts ${JSON.stringify(given)}`;
  return stage.purchases.get(number) === 1 ? undefined : `purchase ${number} was made ${stage.purchases.get(number)} times`;
}

export async function buyManyTimes(stage: Stage, tries: number, seed: number): Promise<BuyingResult> {
  const draw = drawFrom(seed);
  const problems: string[] = [];
  const first = Number(new URL(stage.consumer.url()).searchParams.get('number') ?? 1);
  for (let number = first; number < first + tries; number++) {
    const problem = await buy(stage, number, draw);
    if (problem === undefined) continue;
    problems.push(problem);
    // The next try begins with a page of its own.
    await stage.consumerPath.tell('clear');
    await stage.consumer.goto(`${stage.shop}/?number=${number + 1}`, { waitUntil: 'commit' });
  }
  const bought = [...stage.purchases.values()].filter((times) => times === 1).length;
  return { tries, bought, problems };
}
