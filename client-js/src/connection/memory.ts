import type { Refusal } from '../protocol/action.ts';
import type { Mode } from '../protocol/control.ts';
import type { CarrierKind } from './carrier.ts';

/** What a tag must know again after a reload or navigation in this tab. */
export interface Memory {
  readonly session: string;
  /** At first the tag's own choice: all carriers that it opens before it hears of any are one participant's (protocol section 3.1). */
  resume: string;
  /** What the consumer said to the latest invitation, perhaps on the page before this one. */
  reply?: { readonly invitation: string; readonly accept: boolean };
  /** There while a session is on: the frame stands from the first moment of the next page. */
  joint?: { readonly agent: string; readonly mode: Mode };
  /** Frames sent by lane: a sender's sequences go on over page loads. */
  counts?: readonly number[];
  /** What each agent's actions were answered: the highest sequence, and the latest verdicts up to it; '' means applied. */
  answered?: readonly (readonly [participant: number, sequence: number, given: readonly (Refusal | 'late' | '')[]])[];
  /** What the channel rode on last, where it had the choice. */
  carrier?: CarrierKind;
}

const KEY = 'tandem';
const ID_CHARACTERS = 26;
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** 130 random bits in Crockford's base32: a session id (protocol section 5.1), or a secret. */
export function newSessionId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(ID_CHARACTERS)), (byte) => CROCKFORD[byte & 31]).join('');
}

/** Runs on a storage that a page may not have: then a session ends with the page. */
function stored<T>(run: (storage: Storage) => T): T | undefined {
  try {
    return run(sessionStorage);
  } catch {
    return undefined;
  }
}

/** What the page before this one kept, or a new session. */
export function recall(): Memory {
  return stored((storage) => JSON.parse(storage.getItem(KEY) ?? '') as Memory) ?? { session: newSessionId(), resume: newSessionId() };
}

export function keep(memory: Memory): void {
  stored((storage) => storage.setItem(KEY, JSON.stringify(memory)));
}

/** Whether the next page would take up what was kept last, and not something older; there may be nothing to take up. */
export function isKept(memory: Memory): boolean {
  const text = stored((storage) => storage.getItem(KEY));
  return !text?.includes(memory.session) || text === JSON.stringify(memory);
}

export function forget(): void {
  stored((storage) => storage.removeItem(KEY));
}
