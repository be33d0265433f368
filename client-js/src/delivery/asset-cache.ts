import { HASH_PREFIX_BYTES, MAX_KNOWN_ASSETS } from '../protocol/asset.ts';

/** Texts that an agent's desk keeps for the next page, in UTF-16 units; the ones that were used last stay. */
const MAX_KEPT_UNITS = 16_777_216;

/** Style sheets by their hash, from page to page and from session to session of one desk, in memory alone. */
export interface AssetCache {
  get(hash: string): string | undefined;
  put(hash: string, text: string): void;
  /** The begins of the hashes of the latest. */
  prefixes(): string[];
}

export function createAssetCache(): AssetCache {
  const texts = new Map<string, string>();
  let units = 0;

  function remove(hash: string): void {
    units -= texts.get(hash)?.length ?? 0;
    texts.delete(hash);
  }

  function put(hash: string, text: string): void {
    remove(hash);
    texts.set(hash, text);
    units += text.length;
    for (const oldest of texts.keys()) {
      if (units <= MAX_KEPT_UNITS) return;
      remove(oldest);
    }
  }

  return {
    get(hash) {
      const text = texts.get(hash);
      if (text !== undefined) put(hash, text);
      return text;
    },
    put,
    prefixes: () => [...texts.keys()].slice(-MAX_KNOWN_ASSETS).map((hash) => hash.slice(0, 2 * HASH_PREFIX_BYTES)),
  };
}
