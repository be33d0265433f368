import type { Bug } from './bugs.ts';
import { type Chance, createChance } from './chance.ts';
import { type SimulatedDesk, startDesk } from './desk.ts';
import { createLedger, Violation } from './ledger.ts';
import { createPath, type Path } from './network.ts';
import { createRelay } from './relay.ts';
import { startTag, type SimulatedTag, type Tab } from './tag.ts';
import { createVirtualTime } from './time.ts';

/** How long things go wrong, in ms; after it the network is whole, nobody acts, and everything must come to rest. */
const TROUBLE_MILLIS = 4_000;
/** Far longer than all back-offs together, in ms. */
const REST_MILLIS = 180_000;
const LOOK_MILLIS = 100;
/** A scenario has some thousand steps; one that has this many turns in circles. */
const MAX_STEPS = 400_000;
const MAX_EPOCH = 65_535;

/** What a scenario came to. */
export interface Report {
  readonly seed: number;
  /** What must not be; undefined when all was well. */
  readonly violation: string | undefined;
  readonly batches: number;
  readonly actions: number;
  readonly steps: number;
  readonly log: readonly string[];
}

/** Lives through one scenario: everything in it follows from the seed. */
export function simulate(seed: number, bug?: Bug, isLogging = false): Report {
  const chance = createChance(seed);
  const time = createVirtualTime();
  const ledger = createLedger(time.now);
  const log: string[] = [];
  let steps = 0;
  const note = (what: string): void => {
    if (isLogging) log.push(`${Math.round(time.now())} ms: ${what}`);
  };
  const world = createWorld({ seed, chance, time, ledger, bug, note });

  function runUntil(isOver: () => boolean): void {
    while (!isOver() && time.step()) {
      if (ledger.fault !== undefined) throw new Violation(ledger.fault);
      if (++steps > MAX_STEPS) throw new Violation(`${steps} steps and no end`);
    }
  }

  function run(): void {
    runUntil(() => time.now() >= TROUBLE_MILLIS);
    world.calm();
    const restAt = time.now() + REST_MILLIS;
    while (!world.isAtRest() && time.now() < restAt) {
      const lookAt = time.now() + LOOK_MILLIS;
      time.after(LOOK_MILLIS, () => undefined);
      runUntil(() => time.now() >= lookAt);
    }
    if (!world.isAtRest()) throw new Violation(`not at rest after ${REST_MILLIS} ms: ${world.describe()}`);
    world.end();
    // What is still on its way arrives, and nothing comes of it.
    const endAt = time.now() + 10_000;
    runUntil(() => time.now() >= endAt || time.nextAt() === Infinity);
    world.close();
    if (ledger.fault !== undefined) throw new Violation(ledger.fault);
  }

  let violation: string | undefined;
  try {
    run();
  } catch (fault) {
    violation = fault instanceof Violation ? fault.message : String((fault as Error).stack ?? fault);
    note(violation);
  }
  return { seed, violation, batches: ledger.batches, actions: ledger.actions, steps, log };
}

interface Circumstances {
  readonly seed: number;
  readonly chance: Chance;
  readonly time: ReturnType<typeof createVirtualTime>;
  readonly ledger: ReturnType<typeof createLedger>;
  readonly bug: Bug | undefined;
  readonly note: (what: string) => void;
}

interface World {
  /** The network is whole, and nobody does anything any more. */
  calm(): void;
  isAtRest(): boolean;
  describe(): string;
  end(): void;
  /** After the end: nothing is left behind. */
  close(): void;
}

function createWorld({ chance, time, ledger, bug, note }: Circumstances): World {
  // Epochs start again after 65,535: some scenarios live through that.
  const relay = createRelay(time, chance.oneIn(8) ? MAX_EPOCH - chance.between(0, 1) : 1);
  const pathOf = (): Path =>
    createPath(time, chance, { delayMillis: chance.between(2, 120), hasWebSocket: !chance.oneIn(8), accept: relay.accept });
  const consumerPath = pathOf();
  const agentPath = pathOf();
  const fatBytes = chance.oneIn(12) ? 6_000 : 0;
  const navigatesEvery = chance.between(5, 30);
  const tab: Tab = { stored: JSON.stringify({ resume: 'the tag’s own secret' }), isFull: false };
  let isCalm = false;
  let isLoading = false;
  let desks = 0;
  let tag = load();
  let desk = open();

  function load(): SimulatedTag {
    return startTag({
      ...{ time, chance, ledger, path: consumerPath, tab, fatBytes, bug, leave },
      navigates: (action) => action % navigatesEvery === 1,
    });
  }

  function open(): SimulatedDesk {
    desks++;
    return startDesk({ number: desks, time, chance, ledger, path: agentPath, bug });
  }

  /** The document goes and the next one comes. */
  function leave(properly = true): void {
    if (isLoading) return;
    isLoading = true;
    note(properly ? 'the page loads anew' : 'the page is torn away');
    tag.stop(properly);
    time.after(chance.between(5, 400), () => {
      isLoading = false;
      tag = load();
    });
  }

  function blackout(path: Path): void {
    if (chance.oneIn(2)) path.block('up');
    if (chance.oneIn(2)) path.block('down');
    time.after(chance.between(50, 3_000), () => path.heal());
  }

  const TROUBLES: readonly (readonly [name: string, weight: number, happen: () => void])[] = [
    ['the consumer’s carriers break', 4, () => consumerPath.reset()],
    ['the agent’s carriers break', 4, () => agentPath.reset()],
    ['the consumer’s path is dark', 4, () => blackout(consumerPath)],
    ['the agent’s path is dark', 4, () => blackout(agentPath)],
    ['the node dies', 2, () => relay.die()],
    ['the page is left', 2, () => leave()],
    ['the page crashes', 1, () => leave(false)],
    ['the desk is loaded anew', 1, reopen],
    ['the agent lowers the mode', 2, () => desk.setMode('view-only')],
    ['the consumer shares', 2, () => relay.change('active', 'shared')],
    ['the consumer pauses', 2, pause],
    ['the mirror breaks', 1, () => desk.breakMirror()],
    ['the tab’s storage is full', 2, fill],
  ];
  const lots = TROUBLES.flatMap(([name, weight, happen]) => Array.from({ length: weight }, () => [name, happen] as const));

  function reopen(): void {
    desk.vanish();
    desk = open();
  }

  function fill(): void {
    tab.isFull = true;
    time.after(chance.between(500, 4_000), () => {
      tab.isFull = false;
    });
  }

  function pause(): void {
    relay.change('paused', relay.mode);
    time.after(chance.between(50, 2_000), () => {
      if (relay.state === 'paused') relay.change('active', relay.mode);
    });
  }

  /** Does something again and again until all is calm. */
  function repeat(atMostMillis: number, what: () => void): void {
    time.after(chance.between(1, atMostMillis), () => {
      if (isCalm) return;
      what();
      repeat(atMostMillis, what);
    });
  }

  const haste = chance.oneIn(16) ? 40 : 500;
  repeat(300, () => tag.page?.change());
  repeat(haste, () => desk.act());
  repeat(chance.between(300, 3_000), () => {
    const [name, happen] = lots[chance.between(0, lots.length - 1)] as (typeof lots)[number];
    note(name);
    happen();
  });

  return {
    calm() {
      note('calm');
      isCalm = true;
      consumerPath.heal();
      agentPath.heal();
      relay.change('active', 'shared');
    },
    isAtRest: () =>
      relay.isSettled &&
      tag.isOpen &&
      tag.page?.isSent === true &&
      desk.shownEpoch === tag.epoch &&
      desk.text === tag.page.text &&
      ledger.waiting(desk.number) === 0,
    describe: () =>
      `page ${tag.epoch} ${tag.page?.text ?? 'none'}, shown ${desk.shownEpoch} ${desk.text}, ${ledger.waiting(desk.number)} actions unanswered, ` +
      `tag ${tag.isOpen ? 'open' : 'not open'}, relay ${relay.isSettled ? 'with both' : 'alone'}`,
    end: () => relay.end(),
    close() {
      ledger.close(desk.number);
      tag.stop(true);
      if (!desk.isOver) throw new Violation('the desk did not hear that the session ended');
      const left = tag.clock.pending + desk.clock.pending;
      if (left > 0) throw new Violation(`${left} timers were left: tag ${tag.clock.pending}, desk ${desk.clock.pending}`);
    },
  };
}
