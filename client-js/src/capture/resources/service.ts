import { AssetCoding, encodeAsset, NO_HASH, toHex } from '../../protocol/asset.ts';
import { MalformedBytes } from '../../protocol/bytes.ts';
import type { SessionInfo } from '../../protocol/control.ts';
import type { Frame } from '../../protocol/frame.ts';
import {
  decodeResourceRequest,
  encodeResource,
  type ResourcePolicy,
  type ResourceRequest,
  ResourceState,
} from '../../protocol/resource.ts';
import { kindOf } from '../../protocol/resource-kind.ts';
import type { BesideContext } from '../beside.ts';
import { isInSight } from '../in-sight.ts';
import { createReader, NOT_YET, type Quality, type Read } from './reading.ts';
import type { Use } from './search.ts';
import { searchUses } from './uses.ts';

/** Addresses that wait for their turn; what is asked for beyond that is passed over, and asked for again. */
const MAX_WAITING = 256;
/** Whether there is room for more is looked at this often while something waits, in ms. */
const TICK_MILLIS = 30;
/** Least time between two searches of the page, in ms: an agent that asks without end does not keep the page busy. */
const SEARCH_MILLIS = 500;
/** Longest piece of a search, in ms of the page's main thread. */
const SLICE_MILLIS = 6;
/** A page that is never idle is searched all the same after this time, in ms. */
const IDLE_MILLIS = 200;
/** Half of what a link of this quality carries (1,500, 750, and what is left of less, in kbit/s), in bytes a ms: resources come after everything else, and pointers and the page's changes need the rest. */
const BYTES_PER_MILLI: Readonly<Record<Quality, number>> = { good: 94, fair: 47, poor: 12 };
/** What the page itself has not loaded yet is looked at again after this time, in ms. */
const LATER_MILLIS = 1_000;
/** ... so often: an image that loads when it comes into sight may never do. */
const MOST_LOOKS = 300;
/** Hashes of what was sent that are remembered. */
const MAX_SENT = 2_048;

export interface ResourcesContext extends BesideContext {
  readonly session: () => SessionInfo;
  /** Of this document. */
  readonly epoch: () => number;
  readonly quality: () => Quality;
}

/** Hands out what the agent's browser cannot load: what the page itself shows to the agent, one resource at a time. */
export interface ResourceService {
  /** Takes a RESOURCE_REQUEST; passes over what is none. */
  asked(frame: Frame): void;
  /** Nothing is searched, read or sent any more. */
  stop(): void;
}

interface Waiting {
  isInFull: boolean;
  /** Undefined before the page was searched for it. */
  uses: Use[] | undefined;
  /** Its turn comes no sooner. */
  dueAt: number;
  looks: number;
}

export function serveResources(context: ResourcesContext): ResourceService {
  const { window } = context;
  const reader = createReader(window);
  const waiting = new Map<string, Waiting>();
  /** Begins with the one that was sent first. */
  const sent = new Set<string>();
  let isOver = false;
  let isAtWork = false;
  let roomAt = 0;
  let searchAt = 0;

  /** A relay that says nothing of it is older than this. */
  const policy = (): ResourcePolicy => context.session().resources ?? 'none';

  function isWelcome({ sender, epoch }: Frame): boolean {
    const { state, participants } = context.session();
    const isAgents = participants.some(({ number, role }) => number === sender && role === 'agent');
    return !isOver && isAgents && state === 'active' && epoch === context.epoch() && policy() !== 'none';
  }

  function asked(frame: Frame): void {
    const request = isWelcome(frame) ? requestOf(frame) : undefined;
    if (request === undefined) return;
    const { addresses, isInFull } = request;
    for (const address of addresses) {
      const before = waiting.get(address);
      if (before !== undefined) before.isInFull ||= isInFull;
      else if (waiting.size < MAX_WAITING && isAddress(address)) waiting.set(address, { isInFull, uses: undefined, dueAt: 0, looks: 0 });
    }
    if (!isAtWork) void work();
  }

  async function work(): Promise<void> {
    isAtWork = true;
    while (!isOver && waiting.size > 0) {
      await pause(TICK_MILLIS);
      const now = window.performance.now();
      if (now < roomAt || !context.hasRoom()) continue;
      if (now >= searchAt && [...waiting.values()].some(({ uses }) => uses === undefined)) await search();
      // What the page itself has put in the place of the browser's own functions may throw whatever it likes.
      else await sendOne().catch(() => undefined);
    }
    isAtWork = false;
  }

  const pause = (millis: number): Promise<void> => new Promise((resume) => window.setTimeout(resume, millis));

  async function search(): Promise<void> {
    const fresh = [...waiting].filter(([, { uses }]) => uses === undefined);
    const found = new Map(fresh.map(([address]) => [address, [] as Use[]]));
    const steps = searchUses({
      roots: context.roots,
      isSecret: context.isSecret,
      wanted: new Set(found.keys()),
      found: (address, use) => found.get(address)?.push(use),
    });
    for (let isDone = false; !isDone && !isOver;) {
      await idle(window);
      isDone = runSlice(window, steps);
    }
    for (const [address, one] of fresh) one.uses = found.get(address) ?? [];
    searchAt = window.performance.now() + SEARCH_MILLIS;
  }

  async function sendOne(): Promise<void> {
    const now = window.performance.now();
    const [address, one] = [...waiting].filter(([, { uses, dueAt }]) => uses !== undefined && dueAt <= now).sort(bySight)[0] ?? [];
    if (address === undefined || one?.uses === undefined) return;
    const { uses } = one;
    waiting.delete(address);
    const isSeen = (): boolean => uses.some((use) => use.isSeen());
    const mayBeRead = isSeen() && (policy() === 'images-and-fonts' || !uses.every(({ isFont }) => isFont));
    const read = mayBeRead ? await reader.read(address, uses, context.quality()) : undefined;
    if (isOver) return;
    if (read === NOT_YET && one.looks < MOST_LOOKS) {
      waiting.set(address, { ...one, dueAt: window.performance.now() + LATER_MILLIS, looks: one.looks + 1 });
      return;
    }
    const isAllowed = read !== undefined && read !== NOT_YET && isSeen() && allows(policy(), read.content);
    await answer(address, isAllowed ? read : undefined, one.isInFull, isSeen);
  }

  async function answer(address: string, read: Read | undefined, isInFull: boolean, isSeen: () => boolean): Promise<void> {
    const none = { state: ResourceState.NONE, address, width: 0, height: 0, content: new Uint8Array() };
    if (read === undefined) {
      context.send(encodeAsset(NO_HASH, AssetCoding.RESOURCE, encodeResource(none)), () => true);
      return;
    }
    const { content, width, height } = read;
    const hash = await hashOf(window, content);
    if (isOver) return;
    const key = toHex(hash);
    const isKnown = !isInFull && hash !== NO_HASH && (sent.has(key) || context.viewerHas(hash));
    const resource = isKnown
      ? { ...none, state: ResourceState.KNOWN, width, height }
      : { state: ResourceState.CONTENT, address, width, height, content };
    roomAt = window.performance.now() + resource.content.length / BYTES_PER_MILLI[context.quality()];
    remember(key);
    context.send(encodeAsset(hash, AssetCoding.RESOURCE, encodeResource(resource)), isSeen);
  }

  function remember(key: string): void {
    sent.add(key);
    const [oldest] = sent;
    if (sent.size > MAX_SENT && oldest !== undefined) sent.delete(oldest);
  }

  return {
    asked,
    stop() {
      isOver = true;
      waiting.clear();
    },
  };
}

/** Undefined where it is none. */
function requestOf({ payload }: Frame): ResourceRequest | undefined {
  try {
    return decodeResourceRequest(payload);
  } catch (fault) {
    if (fault instanceof MalformedBytes) return undefined;
    throw fault;
  }
}

const isAddress = (address: string): boolean => /^(?:https?|blob):/.test(address) && URL.canParse(address) && !address.includes('#');

function allows(policy: ResourcePolicy, content: Uint8Array): boolean {
  const kind = kindOf(content);
  return kind !== undefined && policy !== 'none' && (!kind.isFont || policy === 'images-and-fonts');
}

/** What the consumer sees first, then what rules show, then the rest. */
function bySight([, one]: [string, Waiting], [, other]: [string, Waiting]): number {
  return rankOf(one) - rankOf(other);
}

function rankOf({ uses = [] }: Waiting): number {
  if (uses.some(({ element }) => element !== undefined && isInSight(element))) return 0;
  return uses.some(({ element }) => element === undefined) ? 1 : 2;
}

/** @returns whether nothing is left to do */
function runSlice(window: Window & typeof globalThis, steps: Generator<void>): boolean {
  const until = window.performance.now() + SLICE_MILLIS;
  while (window.performance.now() < until) if (steps.next().done === true) return true;
  return false;
}

function idle(window: Window & typeof globalThis): Promise<void> {
  return new Promise((resume) => {
    // Not in every browser, whatever the types say.
    if ('requestIdleCallback' in window) window.requestIdleCallback(() => resume(), { timeout: IDLE_MILLIS });
    else (window as Window).setTimeout(resume, IDLE_MILLIS / 4);
  });
}

/** In a page without TLS there is none to be had. */
async function hashOf(window: Window & typeof globalThis, content: Uint8Array): Promise<Uint8Array> {
  const { subtle } = window.crypto as Partial<Crypto>;
  const hash = await subtle?.digest('SHA-256', content.slice()).catch(() => undefined);
  return hash === undefined ? NO_HASH : new Uint8Array(hash);
}
