import type { ResourceCache } from '../delivery/asset-cache.ts';
import { HASH_BYTES, toHex } from '../protocol/asset.ts';
import {
  decodeResource,
  MAX_ADDRESS_BYTES,
  MAX_ADDRESSES,
  type Resource,
  type ResourceRequest,
  ResourceState,
} from '../protocol/resource.ts';
import { kindOf, SVG_TYPE } from '../protocol/resource-kind.ts';
import { covered, type StandIns, withoutCover, withoutFragment } from './addresses.ts';
import { dataUrl, filling, stretched } from './stretched.ts';

/** Resources of one document of the consumer that are kept; the oldest go. */
const MAX_KEPT = 1_024;
/** The same in bytes. */
const MAX_KEPT_BYTES = 67_108_864;
/** Addresses that are asked for and not answered; what else cannot be loaded stays as it is. */
const MAX_OPEN = 1_024;
/** Addresses that are not asked for again. */
const MAX_REFUSED = 16_384;
/** What cannot be loaded is gathered for this time, in ms, and asked for together; what has come is put in its place in the same step. */
const GATHER_MILLIS = 60;
/** What is not answered is asked for again after this time, in ms, each time after twice as long ... */
const AGAIN_MILLIS = 10_000;
/** ... so often: the question or its answer may have gone down with a carrier. The tag answers all that reach it, when their turn comes. */
const MOST_QUESTIONS = 5;
/** So often what has come is put in its place again, where its own address stands there once more. */
const MOST_SETTLEMENTS = 16;
/** Longest side of an image as a layout counts it, in CSS pixels: browsers lay nothing longer out. */
const LONGEST_SIDE = 32_767;

/** Images and fonts that came from the consumer's browser, of one document of the consumer. */
export interface Resources extends StandIns {
  /** This browser cannot load what stands at an address, or could not. @returns whether something may come of it */
  failed(url: string): boolean;
  /** What is written for an address if it has come; else undefined. */
  find(url: string): string | undefined;
  /** An answer: a whole asset with hash and coding. @throws MalformedBytes */
  take(asset: Uint8Array): void;
  /** The page comes anew: what was not answered may not be on its way any more. */
  again(): void;
  /** Nothing is shown any more that was handed out. */
  dispose(): void;
}

export interface ResourcesOptions {
  readonly cache: ResourceCache;
  readonly ask: (request: ResourceRequest) => void;
  /** Something has come for these addresses: the page is to show it. */
  readonly come: (addresses: ReadonlySet<string>) => void;
  /** Whether this browser would look for it on another machine than the consumer's does. */
  readonly isElsewhere: (address: string) => boolean;
}

interface Here {
  readonly url: string;
  readonly bytes: number;
  readonly isSvg: boolean;
  settlements: number;
}

interface Open {
  isInFull: boolean;
  questions: number;
  askAt: number;
}

export function createResources({ cache, ask, come, isElsewhere }: ResourcesOptions): Resources {
  /** The oldest first. */
  const here = new Map<string, Here>();
  const own = new Set<string>();
  const open = new Map<string, Open>();
  /** The page does not show them, or not to the agent, or nobody answered. */
  const refused = new Set<string>();
  let arrived = new Set<string>();
  let keptBytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stepAt = Infinity;
  let isOver = false;

  function stepIn(millis: number): void {
    const at = performance.now() + millis;
    if (isOver || at >= stepAt) return;
    clearTimeout(timer);
    timer = setTimeout(step, millis);
    stepAt = at;
  }

  function step(): void {
    stepAt = Infinity;
    const settled = arrived;
    arrived = new Set();
    if (settled.size > 0) come(settled);
    const now = performance.now();
    for (const isInFull of [false, true]) {
      const due = [...open].filter(([, one]) => one.isInFull === isInFull && one.askAt <= now).slice(0, MAX_ADDRESSES);
      for (const [address, one] of due) putOff(address, one, now);
      if (due.length > 0) ask({ isInFull, addresses: due.map(([address]) => address) });
    }
    if (open.size > 0) stepIn(Math.max(GATHER_MILLIS, Math.min(...[...open.values()].map(({ askAt }) => askAt)) - now));
  }

  function putOff(address: string, one: Open, now: number): void {
    one.askAt = now + AGAIN_MILLIS * 2 ** one.questions;
    if (++one.questions >= MOST_QUESTIONS) refuse(address);
  }

  function refuse(address: string): void {
    open.delete(address);
    if (refused.size < MAX_REFUSED) refused.add(address);
  }

  function want(address: string, isInFull = false): void {
    if (isOver || here.has(address) || refused.has(address) || address.length > MAX_ADDRESS_BYTES) return;
    const known = open.get(address);
    if (known !== undefined && (known.isInFull || !isInFull)) return;
    if (known === undefined && open.size >= MAX_OPEN) return;
    open.set(address, { isInFull, questions: 0, askAt: 0 });
    stepIn(GATHER_MILLIS);
  }

  function failed(url: string): boolean {
    const address = withoutFragment(withoutCover(url));
    if (own.has(address) || refused.has(address) || !/^(?:https?|blob):/.test(address)) return false;
    const standing = here.get(address);
    if (standing !== undefined) settle(address, standing);
    else want(address);
    return true;
  }

  /** Its own address stands somewhere in the page, and something else is to stand there. */
  function settle(address: string, standing: Here): void {
    if (++standing.settlements > MOST_SETTLEMENTS) return;
    arrived.add(address);
    stepIn(GATHER_MILLIS);
  }

  function of(url: string, showplace: 'attribute' | 'css'): string {
    const address = withoutFragment(url);
    if (own.has(address)) return url;
    const standing = here.get(address);
    const fragment = url.slice(address.length);
    if (standing !== undefined) {
      // In CSS a fragment may name a part of a document that is used as a filter or a mask: only images are ever made of what comes.
      return showplace === 'css' && fragment !== '' && standing.isSvg ? covered(url) : standing.url + fragment;
    }
    if (!address.startsWith('blob:') && !isElsewhere(address)) return url;
    want(address);
    return covered(url);
  }

  function take(asset: Uint8Array): void {
    const resource = decodeResource(asset.subarray(HASH_BYTES + 1));
    if (resource.state === ResourceState.NONE) {
      refuse(resource.address);
    } else {
      void keep(resource, toHex(asset.subarray(0, HASH_BYTES)));
    }
  }

  async function keep(resource: Resource, hash: string): Promise<void> {
    const { address, state } = resource;
    const content = state === ResourceState.KNOWN ? cache.get(hash) : await checked(resource.content.slice(), hash, cache);
    if (isOver) return;
    if (content !== undefined) put(resource, content);
    else if (state === ResourceState.KNOWN) want(address, true);
    else refuse(address);
  }

  function put({ address, width, height }: Resource, content: Uint8Array<ArrayBuffer>): void {
    open.delete(address);
    refused.delete(address);
    const kind = kindOf(content);
    // Whatever else somebody sends is never given an address.
    if (kind === undefined) return refuse(address);
    const isSvg = kind.type === SVG_TYPE;
    const size = { width: Math.min(width, LONGEST_SIDE), height: Math.min(height, LONGEST_SIDE) };
    // An SVG under an address of the desk's own would be a page of the desk's, were it ever opened as one.
    const url = isSvg ? dataUrl(kind.type, content) : blobUrl(kind, size, content);
    forget(address);
    const standing = { url, bytes: url.length + content.length, isSvg, settlements: 0 };
    here.set(address, standing);
    own.add(url);
    keptBytes += standing.bytes;
    for (const oldest of here.keys()) {
      if (here.size <= MAX_KEPT && keptBytes <= MAX_KEPT_BYTES) break;
      forget(oldest);
    }
    settle(address, standing);
  }

  function forget(address: string): void {
    const gone = here.get(address);
    if (gone === undefined) return;
    here.delete(address);
    own.delete(gone.url);
    keptBytes -= gone.bytes;
    URL.revokeObjectURL(gone.url);
  }

  return {
    of,
    failed,
    find(url) {
      const address = withoutFragment(withoutCover(url));
      return here.has(address) ? of(withoutCover(url), 'css') : undefined;
    },
    take,
    again() {
      for (const one of open.values()) Object.assign(one, { questions: 0, askAt: 0 });
      if (open.size > 0) stepIn(GATHER_MILLIS);
    },
    dispose() {
      isOver = true;
      clearTimeout(timer);
      for (const address of [...here.keys()]) forget(address);
    },
  };
}

/** Where nobody hands out any: what this browser cannot load, it does not show. */
export const noResources = (isElsewhere: ResourcesOptions['isElsewhere']): Resources => ({
  of: (url) => (url.startsWith('blob:') || isElsewhere(url) ? covered(url) : url),
  failed: () => false,
  find: () => undefined,
  take: () => undefined,
  again: () => undefined,
  dispose: () => undefined,
});

function blobUrl(
  { type, isFont }: { readonly type: string; readonly isFont: boolean },
  size: { readonly width: number; readonly height: number },
  content: Uint8Array<ArrayBuffer>,
): string {
  const isScaled = !isFont && size.width > 0 && size.height > 0;
  const blob = isScaled ? new Blob([stretched(size, filling(type, content))], { type: SVG_TYPE }) : new Blob([content], { type });
  return URL.createObjectURL(blob);
}

/** The content, which is kept where its hash is what it was said to be; undefined where it is another. */
async function checked(content: Uint8Array<ArrayBuffer>, hash: string, cache: ResourceCache): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { subtle } = crypto as Partial<Crypto>;
  // A page or a desk without TLS cannot hash.
  if (subtle === undefined || /^0+$/.test(hash)) return content;
  if (toHex(new Uint8Array(await subtle.digest('SHA-256', content))) !== hash) return undefined;
  cache.put(hash, content);
  return content;
}
