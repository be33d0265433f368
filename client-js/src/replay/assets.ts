import type { AssetCache } from '../delivery/asset-cache.ts';
import { AssetCoding, decodeAssetPart, HASH_BYTES, MAX_ASSET_BYTES, MAX_ASSETS, toHex } from '../protocol/asset.ts';
import { MalformedBytes } from '../protocol/bytes.ts';

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

/** @param missing the tag takes something for known that is not, or what came is not what it said */
export function createAssets(cache: AssetCache, missing: () => void): Assets {
  const texts = new Map<number, string>();
  const parts = new Map<number, Uint8Array[]>();
  const waiting = new Map<number, ((text: string) => void)[]>();
  let idle: (() => void)[] = [];
  let bytesWaiting = 0;

  function arrived(number: number, text: string): void {
    texts.set(number, text);
    const users = waiting.get(number) ?? [];
    waiting.delete(number);
    for (const apply of users) apply(text);
    if (waiting.size > 0) return;
    for (const resume of idle) resume();
    idle = [];
  }

  async function read(number: number, bytes: Uint8Array): Promise<void> {
    const hash = toHex(bytes.subarray(0, HASH_BYTES));
    const coding = bytes[HASH_BYTES];
    const content = bytes.slice(HASH_BYTES + 1);
    const known = cache.get(hash);
    if (known !== undefined) {
      arrived(number, known);
      return;
    }
    if (coding === AssetCoding.KNOWN) {
      missing();
      return;
    }
    try {
      const plain = coding === AssetCoding.DEFLATED ? await inflate(content) : content;
      const text = new TextDecoder().decode(plain);
      // Where a browser cannot hash (a page or a desk without TLS), what came is used once and not kept.
      if (await isOf(plain, hash)) cache.put(hash, text);
      arrived(number, text);
    } catch {
      missing();
    }
  }

  return {
    part(payload) {
      const { number, isLast, bytes } = decodeAssetPart(payload);
      const before = parts.get(number) ?? [];
      bytesWaiting += bytes.length;
      if (parts.size > MAX_ASSETS || bytesWaiting > MAX_ASSET_BYTES)
        throw new MalformedBytes(`more than ${MAX_ASSET_BYTES} bytes of assets at once`);
      before.push(bytes.slice());
      parts.set(number, before);
      if (!isLast) return;
      parts.delete(number);
      const whole = join(before);
      bytesWaiting -= whole.length;
      if (whole.length <= HASH_BYTES) throw new MalformedBytes(`an asset of ${whole.length} bytes`);
      void read(number, whole);
    },
    use(number, apply) {
      const text = texts.get(number);
      if (text !== undefined) apply(text);
      else waiting.set(number, [...(waiting.get(number) ?? []), apply]);
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

/** @throws Error where it is not deflated, or expands beyond what an asset may hold */
async function inflate(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([content]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const part = value as Uint8Array;
    bytes += part.length;
    if (bytes > MAX_ASSET_BYTES) {
      void reader.cancel();
      throw new Error(`more than ${MAX_ASSET_BYTES} bytes`);
    }
    parts.push(part);
  }
  return join(parts) as Uint8Array<ArrayBuffer>;
}

/** @throws Error where it is of another hash: nothing that another session could be shown is taken on trust */
async function isOf(content: Uint8Array<ArrayBuffer>, hash: string): Promise<boolean> {
  const { subtle } = crypto as Partial<Crypto>;
  if (subtle === undefined || NO_HASH.test(hash)) return false;
  if (toHex(new Uint8Array(await subtle.digest('SHA-256', content))) !== hash) throw new Error('another hash');
  return true;
}
