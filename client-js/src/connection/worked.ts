import type { CarrierKind } from './carrier.ts';

const KEY = 'tandem-carrier';
/** For pages that have no storage, and for the next session of this one. */
let last: CarrierKind | undefined;

/** What an agent's channel rode on last in this tab: it is tried first the next time. */
export function whatWorked(): CarrierKind | undefined {
  try {
    last ??= sessionStorage.getItem(KEY) === 'long-poll' ? 'long-poll' : undefined;
  } catch {
    // A page without storage.
  }
  return last;
}

export function thisWorked(kind: CarrierKind): void {
  last = kind;
  try {
    sessionStorage.setItem(KEY, kind);
  } catch {
    // A page without storage.
  }
}
