/** What a resource is, by its own bytes: whatever a server or another participant calls it, it is used as this or not at all. */
export interface ResourceKind {
  readonly type: string;
  readonly isFont: boolean;
}

const IMAGES: readonly (readonly [magic: RegExp, type: string])[] = [
  [/^\x89PNG\r\n\x1a\n/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^RIFF[^]{4}WEBP/, 'image/webp'],
  [/^[^]{4}ftypavi[fs]/, 'image/avif'],
  [/^BM[^]{4}\0\0\0\0/, 'image/bmp'],
  [/^\0\0[\x01\x02]\0/, 'image/x-icon'],
];
const FONTS: readonly (readonly [magic: RegExp, type: string])[] = [
  [/^wOF2/, 'font/woff2'],
  [/^wOFF/, 'font/woff'],
  [/^(?:\0\x01\0\0\0|true)/, 'font/ttf'],
  [/^OTTO/, 'font/otf'],
];
export const SVG_TYPE = 'image/svg+xml';
const COMMENTS = /(?:<!--(?:(?!-->)[^])*-->\s*)*/.source;
/** An SVG's own element, behind what XML lets stand before it. */
const SVG = new RegExp(
  `^(?:\\xef\\xbb\\xbf)?\\s*(?:<\\?xml[^>]*>\\s*)?${COMMENTS}(?:<!DOCTYPE\\s+svg[^>[]*(?:\\[[^\\]]*\\]\\s*)?>\\s*)?${COMMENTS}<svg[\\s>]`,
  'i',
);
/** How far an SVG's own element may be from its begin, in bytes: some programs write long comments and entities. */
const SVG_WITHIN_BYTES = 4_096;

/** Undefined where it is neither an image nor a font that browsers show. */
export function kindOf(content: Uint8Array): ResourceKind | undefined {
  const begin = String.fromCharCode(...content.subarray(0, SVG_WITHIN_BYTES));
  const image = IMAGES.find(([magic]) => magic.test(begin))?.[1] ?? (SVG.test(begin) ? SVG_TYPE : undefined);
  if (image !== undefined) return { type: image, isFont: false };
  const font = FONTS.find(([magic]) => magic.test(begin))?.[1];
  return font === undefined ? undefined : { type: font, isFont: true };
}
