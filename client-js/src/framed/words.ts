import type { SessionInfo } from '../protocol/control.ts';

/*
 * What two tags say to each other: the one that captures a page (the outer), and the one in a frame of it whose document is of another origin (the inner). First by messages to the inner one's window, then through a port.
 *
 * Those messages are text that is JSON: the page in the frame may hear them before its tag does, and whatever a page expects of messages, such a one does it no harm. To the page around nothing is ever said but through ports.
 */

/** Both must speak the same: the two tags may come from two releases. */
const WORDS_VERSION = 1;

/**
 * - `hello`: to whoever is in the frame; brings a port for the {@link Answer}, and holds nothing that is not public.
 * - `link`: to the exact origin that answered; brings the port that all words go through.
 */
export interface Greeting {
  readonly kind: 'hello' | 'link';
  /** Whether there is a port of a document in this frame: the same document needs no other. */
  readonly isLinked: boolean;
}

/** The inner tag's, to a hello. */
export interface Answer {
  /** Its document's. */
  readonly origin: string;
  /** The document is the one that was linked. */
  readonly goesOn: boolean;
}

/** What a greeting of the brand begins with; the tag's stub looks at no more of it. */
export const greetingStart = (brand: string): string => `{"tandem":"${brand}"`;

export const writeGreeting = (brand: string, { kind, isLinked }: Greeting): string =>
  `${greetingStart(brand)},"version":${WORDS_VERSION},"kind":"${kind}","isLinked":${isLinked}}`;

/** Undefined where it is none, or one of another release. */
export function readGreeting(text: string): Greeting | undefined {
  try {
    const { version, kind, isLinked } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isOurs = version === WORDS_VERSION && (kind === 'hello' || kind === 'link') && typeof isLinked === 'boolean';
    return isOurs ? { kind, isLinked } : undefined;
  } catch {
    return undefined;
  }
}

/** Longer than any origin. */
const MAX_ORIGIN_UNITS = 512;

/** Undefined where it is none. */
export function readAnswer(data: unknown): Answer | undefined {
  const { origin, goesOn } = (typeof data === 'object' && data !== null ? data : {}) as Readonly<Record<string, unknown>>;
  return typeof origin === 'string' && origin.length <= MAX_ORIGIN_UNITS && typeof goesOn === 'boolean' ? { origin, goesOn } : undefined;
}

/** From the outer tag, through the port. */
export type OuterWord =
  /** The whole page, then its changes; what is sent from now on names the line. */
  | { readonly word: 'send'; readonly line: number }
  /** So many bytes of parts are on their way no more. */
  | { readonly word: 'took'; readonly bytes: number }
  | { readonly word: 'stand'; readonly session: SessionInfo; readonly paceMillis: number }
  /** What would come of an agent's action? `isBusy`: the consumer's hands are elsewhere, and the focus must stay there. */
  | {
      readonly word: 'plan';
      readonly id: number;
      readonly type: number;
      readonly sender: number;
      readonly bytes: Uint8Array;
      readonly isBusy: boolean;
    }
  /** Do what was planned. */
  | { readonly word: 'act'; readonly id: number }
  /** The agent's pointer. */
  | { readonly word: 'point'; readonly type: number; readonly sender: number; readonly sequence: number; readonly bytes: Uint8Array }
  /** May the agent see, and touch, what is in this frame of yours? */
  | { readonly word: 'reach'; readonly id: number; readonly element: number }
  /** The agent's highlight is elsewhere. */
  | { readonly word: 'unmark' }
  | { readonly word: 'stop' };

/** From the inner tag, through the port. */
export type InnerWord =
  /** One page frame, without its header. */
  | { readonly word: 'part'; readonly line: number; readonly type: number; readonly flags: number; readonly bytes: Uint8Array }
  /** A frame of this document has a tag as well, and the viewer knows its element: the port is that tag's, the first time. */
  | { readonly word: 'frame'; readonly element: number }
  | { readonly word: 'frameless'; readonly element: number }
  /** To `plan` and `reach`: why not; empty: yes. */
  | { readonly word: 'answer'; readonly id: number; readonly refusal: string }
  /** The consumer's pointer. */
  | { readonly word: 'pointed'; readonly type: number; readonly bytes: Uint8Array }
  /** Whether the consumer's hands are in this document: then the agent must not move the focus. */
  | { readonly word: 'hands'; readonly isBusy: boolean }
  /** The document goes away. */
  | { readonly word: 'gone' };

type Shape = Readonly<Record<string, 'number' | 'string' | 'boolean' | 'object' | 'bytes'>>;

const OUTER: Readonly<Record<OuterWord['word'], Shape>> = {
  send: { line: 'number' },
  took: { bytes: 'number' },
  stand: { session: 'object', paceMillis: 'number' },
  plan: { id: 'number', type: 'number', sender: 'number', bytes: 'bytes', isBusy: 'boolean' },
  act: { id: 'number' },
  point: { type: 'number', sender: 'number', sequence: 'number', bytes: 'bytes' },
  reach: { id: 'number', element: 'number' },
  unmark: {},
  stop: {},
};

const INNER: Readonly<Record<InnerWord['word'], Shape>> = {
  part: { line: 'number', type: 'number', flags: 'number', bytes: 'bytes' },
  frame: { element: 'number' },
  frameless: { element: 'number' },
  answer: { id: 'number', refusal: 'string' },
  pointed: { type: 'number', bytes: 'bytes' },
  hands: { isBusy: 'boolean' },
  gone: {},
};

/** Undefined where it is none. */
export const readOuterWord = (data: unknown): OuterWord | undefined => (hasShape(OUTER, data) ? (data as OuterWord) : undefined);

/** Undefined where it is none. */
export const readInnerWord = (data: unknown): InnerWord | undefined => (hasShape(INNER, data) ? (data as InnerWord) : undefined);

function hasShape(shapes: Readonly<Record<string, Shape>>, data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const members = data as Readonly<Record<string, unknown>>;
  const word = members['word'];
  const shape = typeof word === 'string' && Object.hasOwn(shapes, word) ? shapes[word] : undefined;
  return shape !== undefined && Object.entries(shape).every(([name, kind]) => isOf(kind, members[name]));
}

function isOf(kind: Shape[string], value: unknown): boolean {
  if (kind === 'bytes') return value instanceof Uint8Array;
  // What is counted, numbered or named by a type byte.
  if (kind === 'number') return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === kind && value !== null;
}
