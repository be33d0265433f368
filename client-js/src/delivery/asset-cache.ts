import { HASH_PREFIX_BYTES, MAX_KNOWN_ASSETS } from '../protocol/asset.ts';

/** Texts that an agent's desk keeps for the next page, in UTF-16 units; the ones that were used last stay. */
const MAX_KEPT_UNITS = 16_777_216;
/** The same of images and fonts, in bytes, for the next page of the same session. */
const MAX_KEPT_BYTES = 33_554_432;

/** Content by its hash, in memory alone. */
export interface HashCache<T> {
  get(hash: string): T | undefined;
  put(hash: string, content: T): void;
  /** The begins of the hashes of the latest. */
  prefixes(): string[];
}

/** Style sheets, from page to page and from session to session of one desk. */
export type AssetCache = HashCache<string>;

/** Images and fonts, from page to page of one session: they may be this consumer's own. */
export type ResourceCache = HashCache<Uint8Array<ArrayBuffer>>;

export const createAssetCache = (): AssetCache => createHashCache(MAX_KEPT_UNITS);

export const createResourceCache = (): ResourceCache => createHashCache(MAX_KEPT_BYTES);

function createHashCache<T extends { readonly length: number }>(most: number): HashCache<T> {
  const contents = new Map<string, T>();
  let kept = 0;

  function remove(hash: string): void {
    kept -= contents.get(hash)?.length ?? 0;
    contents.delete(hash);
  }

  function put(hash: string, content: T): void {
    remove(hash);
    contents.set(hash, content);
    kept += content.length;
    for (const oldest of contents.keys()) {
      if (kept <= most) return;
      remove(oldest);
    }
  }

  return {
    get(hash) {
      const content = contents.get(hash);
      if (content !== undefined) put(hash, content);
      return content;
    },
    put,
    // Sheets and resources are told of together.
    prefixes: () => [...contents.keys()].slice(-MAX_KNOWN_ASSETS / 2).map((hash) => hash.slice(0, 2 * HASH_PREFIX_BYTES)),
  };
}
