import { srcsetCandidates } from '../protocol/srcset.ts';

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

/** The address of a medium or a sheet, absolute; empty when its scheme is none that shows things. */
export function mediaUrl(raw: string, at: DocumentAddress): string {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  const url = resolve(trimmed, at.base);
  if (url === undefined) return '';
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href;
  return MEDIA_DATA.test(url.href) ? url.href : '';
}

/** Where an image or a font is shown: what stands for it may not be the same. */
export type Showplace = 'attribute' | 'css';

/** What is written in a mirror for the absolute address of an image or a font. */
export interface StandIns {
  of(address: string, showplace: Showplace): string;
}

/** The address of an image or a font as it is written in the mirror; empty when its scheme is none that shows any. */
export function imageUrl(raw: string, at: DocumentAddress, standIns: StandIns, showplace: Showplace): string {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  const url = resolve(withoutCover(trimmed), at.base);
  if (url === undefined) return '';
  if (/^(?:https?|blob):/.test(url.protocol)) return standIns.of(url.href, showplace);
  return MEDIA_DATA.test(url.href) ? url.href : '';
}

/** An address that only the consumer's browser can load stands behind this until it has come: nobody is asked for it then, and nothing is written to the console. */
const COVER = 'data:,';

/** Keeps the browser from loading it. */
export const covered = (address: string): string => COVER + address;

export const withoutCover = (url: string): string => (/^data:,(?:https?|blob):/.test(url) ? url.slice(COVER.length) : url);

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
  // A blob has its page's origin too, and only that page has it.
  return allowed.has(url.origin) && url.protocol !== 'blob:' ? url.href : undefined;
}

/** The addresses of a `srcset` as they are written in the mirror. */
export function srcsetUrls(raw: string, at: DocumentAddress, standIns: StandIns): string {
  return srcsetCandidates(raw)
    .map(({ address, descriptors }) => [imageUrl(address, at, standIns, 'attribute'), descriptors])
    .filter(([url]) => url !== '')
    .map((candidate) => candidate.join(' ').trim())
    .join(', ');
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
