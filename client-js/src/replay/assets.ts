import type { AssetCache } from '../delivery/asset-cache.ts';
import { AssetCoding, decodeAssetPart, HASH_BYTES, MAX_ASSET_BYTES, MAX_ASSETS, toHex } from '../protocol/asset.ts';
import { MalformedBytes } from '../protocol/bytes.ts';
import { inflate } from '../protocol/inflate.ts';

/** Texts that the sheets of one page are given, in UTF-16 units: one text may be that of many. */
const MAX_APPLIED_UNITS = 67_108_864;

/** The assets that one page's batches name by number. */
export interface Assets {
  /** The payload of one ASSET. @throws MalformedBytes */
  part(payload: Uint8Array): void;
  /** Hands over a text as soon as it is there: at once, or later. */
  use(number: number, apply: (text: string) => void): void;
  /** Whether something that was named has not come. */
  readonly isWaiting: boolean;
  /** Resolves when everything that was named has come. */
  settled(): Promise<void>;
}

export interface AssetEvents {
  /** Takes the payload of a picture. @throws MalformedBytes */
  picture(payload: Uint8Array): void;
  /** Takes a resource, a whole asset. @throws MalformedBytes */
  resource(asset: Uint8Array): void;
  /** The tag takes something for known that is not, or what came is not what it said. */
  missing(): void;
  /** What was to be done with a text cannot be done. */
  broken(fault: unknown): void;
}

export function createAssets(cache: AssetCache, { picture, resource, missing, broken }: AssetEvents): Assets {
  const texts = new Map<number, string>();
  const parts = new Map<number, Uint8Array[]>();
  const waiting = new Map<number, ((text: string) => void)[]>();
  let idle: (() => void)[] = [];
  let bytesWaiting = 0;
  let unitsApplied = 0;

  function hand(text: string, apply: (text: string) => void): void {
    unitsApplied += text.length;
    if (unitsApplied > MAX_APPLIED_UNITS) throw new MalformedBytes(`more than ${MAX_APPLIED_UNITS} characters of style sheets`);
    apply(text);
  }

  function arrived(number: number, text: string): void {
    texts.set(number, text);
    const users = waiting.get(number) ?? [];
    waiting.delete(number);
    try {
      for (const apply of users) hand(text, apply);
    } catch (fault) {
      broken(fault);
    }
    if (waiting.size > 0) return;
    for (const resume of idle) resume();
    idle = [];
  }

  async function read(number: number, bytes: Uint8Array): Promise<void> {
    const hash = toHex(bytes.subarray(0, HASH_BYTES));
    const text = cache.get(hash) ?? (await textOf(bytes, hash, cache));
    if (text === undefined) missing();
    else arrived(number, text);
  }

  return {
    part(payload) {
      const { number, isLast, bytes } = decodeAssetPart(payload);
      const before = parts.get(number) ?? [];
      bytesWaiting += bytes.length;
      if (bytesWaiting > MAX_ASSET_BYTES) throw new MalformedBytes(`more than ${MAX_ASSET_BYTES} bytes of assets at once`);
      if (parts.size + texts.size > MAX_ASSETS) throw new MalformedBytes(`more than ${MAX_ASSETS} assets`);
      before.push(bytes.slice());
      parts.set(number, before);
      if (!isLast) return;
      parts.delete(number);
      const whole = join(before);
      bytesWaiting -= whole.length;
      if (whole.length <= HASH_BYTES) throw new MalformedBytes(`an asset of ${whole.length} bytes`);
      if (whole[HASH_BYTES] === AssetCoding.PICTURE) picture(whole.subarray(HASH_BYTES + 1));
      else if (whole[HASH_BYTES] === AssetCoding.RESOURCE) resource(whole);
      else void read(number, whole);
    },
    use(number, apply) {
      const text = texts.get(number);
      const users = waiting.get(number);
      if (text !== undefined) hand(text, apply);
      else if (users !== undefined) users.push(apply);
      else waiting.set(number, [apply]);
    },
    get isWaiting() {
      return waiting.size > 0;
    },
    settled: () =>
      new Promise((resume) => {
        if (waiting.size === 0) resume();
        else idle.push(resume);
      }),
  };
}

/** The text of an asset that is not kept, and keeps it; undefined where there is none, or another than its hash says. */
async function textOf(bytes: Uint8Array, hash: string, cache: AssetCache): Promise<string | undefined> {
  const coding = bytes[HASH_BYTES];
  const content = bytes.slice(HASH_BYTES + 1);
  if (coding === AssetCoding.KNOWN) return undefined;
  try {
    const plain = coding === AssetCoding.DEFLATED ? inflate(content, MAX_ASSET_BYTES) : content;
    const text = new TextDecoder().decode(plain);
    // Where a browser cannot hash (a page or a desk without TLS), what came is used once and not kept.
    if (await isOf(plain, hash)) cache.put(hash, text);
    return text;
  } catch {
    return undefined;
  }
}

/** Of a page that cannot hash. */
const NO_HASH = /^0+$/;

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @throws Error where it is of another hash: nothing that another session could be shown is taken on trust */
async function isOf(content: Uint8Array<ArrayBuffer>, hash: string): Promise<boolean> {
  const { subtle } = crypto as Partial<Crypto>;
  if (subtle === undefined || NO_HASH.test(hash)) return false;
  if (toHex(new Uint8Array(await subtle.digest('SHA-256', content))) !== hash) throw new Error('another hash');
  return true;
}
