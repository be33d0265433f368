import type { SessionInfo } from '../src/protocol/control.ts';
import { ACTION_LIFE_MILLIS } from '../src/protocol/limits.ts';

/** Something that must never be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export type BatchKind = 'keyframe' | 'mutations';

interface Batch {
  readonly document: number;
  readonly kind: BatchKind;
  /** The page as it is with this batch applied. */
  readonly page: string;
}

interface Made {
  readonly epoch: number;
  readonly madeAt: number;
  readonly isGuiding: boolean;
  /** The desk that made it; its verdict is heard by no other. */
  readonly desk: number;
  applied: boolean;
  outcome: string | undefined;
}

/** Sees both ends, and notes the first thing that must not be: thrown, it would be caught where a page's or a listener's faults are. */
export interface Ledger {
  readonly fault: string | undefined;
  blame(what: string): void;
  /** @returns the batch's number: they count on over documents */
  produced(document: number, kind: BatchKind, page: string): number;
  /** The desk has shown a batch. */
  shown(desk: number, batch: number, page: string): void;
  made(desk: number, epoch: number, isGuiding: boolean): number;
  settled(action: number, outcome: string): void;
  applied(action: number, epoch: number, session: SessionInfo): void;
  /** Actions that this desk still waits for. */
  waiting(desk: number): number;
  /** What must hold when nothing is left to be done. */
  close(desk: number): void;
  readonly batches: number;
  readonly actions: number;
}

export function createLedger(now: () => number): Ledger {
  const batches: Batch[] = [];
  const actions: Made[] = [];
  let lastApplied = -1;
  let last = { desk: -1, batch: -1 };

  let fault: string | undefined;

  const require = (isTrue: boolean, what: () => string): void => {
    if (!isTrue) fault ??= what();
  };

  return {
    get fault() {
      return fault;
    },
    blame: (what) => require(false, () => what),
    produced: (document, kind, page) => batches.push({ document, kind, page }) - 1,
    shown(desk, batch, page) {
      const what = (): string => `batch ${batch} after ${last.batch}`;
      const known = batches[batch];
      if (!known) {
        require(false, () => `${what()} was never produced`);
        return;
      }
      const isNext = desk === last.desk && batch === last.batch + 1 && known.document === batches[last.batch]?.document;
      const isLater = desk !== last.desk || batch > last.batch;
      require(isNext || (known.kind === 'keyframe' && isLater), () => `${what()}: lost, doubled or out of order`);
      require(page === known.page, () => `${what()}: shows ${page}, the page was ${known.page}`);
      last = { desk, batch };
    },
    made(desk, epoch, isGuiding) {
      return actions.push({ epoch, madeAt: now(), isGuiding, desk, applied: false, outcome: undefined }) - 1;
    },
    settled(action, outcome) {
      const made = actions[action] as Made;
      require(made.outcome === undefined, () => `action ${action} was answered ${made.outcome ?? ''}, then ${outcome}`);
      made.outcome = outcome;
      require(outcome !== 'applied' || made.applied, () => `action ${action} was said to be applied and was not`);
      require(outcome === 'applied' || !made.applied, () => `action ${action} was applied and answered ${outcome}`);
    },
    applied(action, epoch, { state, mode }) {
      const made = actions[action] as Made;
      require(!made.applied, () => `action ${action} was applied twice`);
      made.applied = true;
      require(made.outcome === undefined, () => `action ${action} was applied after it was answered ${made.outcome ?? ''}`);
      require(action > lastApplied, () => `action ${action} was applied after ${lastApplied}`);
      lastApplied = action;
      require(epoch === made.epoch, () => `action ${action} was made for document ${made.epoch} and applied to ${epoch}`);
      const lateMillis = now() - made.madeAt - ACTION_LIFE_MILLIS;
      require(lateMillis <= 0, () => `action ${action} was applied ${lateMillis} ms too late`);
      require(state === 'active', () => `action ${action} was applied while ${state}`);
      require(made.isGuiding || mode === 'shared', () => `action ${action} was applied in ${mode ?? 'no mode'}`);
    },
    waiting: (desk) => actions.filter((made) => made.desk === desk && made.outcome === undefined).length,
    close(desk) {
      actions.forEach((made, action) => {
        require(made.outcome !== undefined || made.desk !== desk, () => `action ${action} was never answered`);
      });
    },
    get batches() {
      return batches.length;
    },
    get actions() {
      return actions.length;
    },
  };
}
