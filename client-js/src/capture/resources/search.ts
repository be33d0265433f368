import { CSS_URL, unescapeCss } from '../../protocol/css-url.ts';
import type { BesideContext } from '../beside.ts';

/** One place that shows it. */
export interface Use {
  /** Who shows it; undefined for a font, and where a rule says so. */
  readonly element: Element | undefined;
  readonly isFont: boolean;
  /** Whether the agent may see it still. */
  isSeen(): boolean;
}

export type Found = (address: string, use: Use) => void;

export interface Search extends Pick<BesideContext, 'roots' | 'isSecret'> {
  /** Absolute, without fragment. */
  readonly wanted: ReadonlySet<string>;
  readonly found: Found;
}

/** The addresses in CSS. */
export function cssAddresses(css: string, base: string): string[] {
  if (!css.includes('url(')) return [];
  const addresses = css.matchAll(new RegExp(CSS_URL, 'gi'));
  return Array.from(addresses, ([, double, single, bare]) => unescapeCss(double ?? single ?? bare ?? '')).flatMap((raw) =>
    absolute(raw, base),
  );
}

/** Nothing where it is no address of something elsewhere. */
export function absolute(raw: string, base: string): string[] {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#') || /^data:/i.test(trimmed)) return [];
  try {
    const url = new URL(trimmed, base);
    url.hash = '';
    return [url.href];
  } catch {
    return [];
  }
}
