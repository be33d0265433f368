/** Where a mirrored document says it is; everything relative in it is relative to {@link DocumentAddress.base}. */
export interface DocumentAddress {
  /** Without fragment. */
  readonly url: string;
  readonly base: string;
}

/** The address of a style sheet in a document; an empty base is the document's own. */
export const sheetAddress = (document: DocumentAddress, baseUrl: string): DocumentAddress =>
  baseUrl === '' ? document : { url: document.url, base: baseUrl };

/** What a link whose address would run code leads to: nowhere, yet it stays a link to styles. */
export const NOWHERE = 'about:invalid';

const RUNS_OR_READS = new Set(['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'filesystem:', 'view-source:', 'about:']);
const MEDIA_DATA = /^data:(?:image|audio|video|font|application\/(?:font|x-font|vnd\.ms-fontobject))/i;

export const withoutFragment = (url: string): string => {
  const at = url.indexOf('#');
  return at < 0 ? url : url.slice(0, at);
};

/** Undefined when it is no address with this base. */
function resolve(raw: string, base: string): URL | undefined {
  try {
    return new URL(raw, base);
  } catch {
    return undefined;
  }
}

/** The address of something to be shown, absolute; empty when its scheme is none that shows things. */
export function mediaUrl(raw: string, at: DocumentAddress): string {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  const url = resolve(trimmed, at.base);
  if (url === undefined) return '';
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href;
  return MEDIA_DATA.test(url.href) ? url.href : '';
}

/** The address of a link, as the page has it: styles tell relative from absolute ones. It is never followed in a mirror; code is taken out of it all the same. */
export function linkUrl(raw: string, at: DocumentAddress): string {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return raw;
  // With no base that is one, the address may still be whole.
  const url = resolve(trimmed, at.base) ?? resolve(trimmed, 'https://nowhere.invalid');
  return RUNS_OR_READS.has(url?.protocol ?? '') ? NOWHERE : raw;
}

/** What SVG refers to: a fragment of its own document, or a document of an allowed origin. Undefined: neither. */
export function referenceUrl(raw: string, at: DocumentAddress, allowed: ReadonlySet<string>): string | undefined {
  const trimmed = raw.trim();
  if (trimmed.startsWith('#')) return trimmed;
  const url = resolve(trimmed, at.base);
  if (url === undefined) return undefined;
  if (url.hash !== '' && withoutFragment(url.href) === at.url) return url.hash;
  return allowed.has(url.origin) ? url.href : undefined;
}

/** Resolves the addresses of a `srcset`, by the steps of the HTML standard. */
export function srcsetUrls(raw: string, at: DocumentAddress): string {
  const candidates: string[] = [];
  let rest = raw;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const address = /^\S+/.exec(rest)?.[0];
    if (address === undefined) return candidates.join(', ');
    rest = rest.slice(address.length);
    const bare = address.replace(/,+$/, '');
    let descriptors = '';
    if (bare.length === address.length) {
      descriptors = /^(?:[^,(]|\([^)]*\)?)*/.exec(rest)?.[0] ?? '';
      rest = rest.slice(descriptors.length);
    }
    const url = mediaUrl(bare, at);
    if (url !== '') candidates.push(`${url} ${descriptors.trim()}`.trim());
  }
}

/** The plain http(s) origins of a list; whatever else is in it is left out, since it ends up in a content policy. */
export function plainOrigins(candidates: Iterable<string>): ReadonlySet<string> {
  const origins = new Set<string>();
  for (const candidate of candidates) {
    const url = resolve(candidate, 'about:blank');
    if (url && (url.protocol === 'http:' || url.protocol === 'https:') && /^[a-z0-9.:[\]/-]+$/i.test(url.origin)) origins.add(url.origin);
  }
  return origins;
}
