import { MEDIA_FEATURES } from '../protocol/media-features.ts';

/** Puts the consumer's answers in the place of what styles ask this browser. */
export interface MediaAnswers {
  /** What stands for a question in parentheses; undefined: this browser may answer it. */
  answer(feature: string, value: string | undefined): string | undefined;
  /** Of two colour schemes that a page says it has, the consumer's. */
  scheme(schemes: string): string;
}

/** The answer that no bit tells, for each feature. */
const USUAL: Readonly<Record<string, string>> = {
  'prefers-color-scheme': 'light',
  'prefers-reduced-motion': 'no-preference',
  'prefers-contrast': 'no-preference',
  'prefers-reduced-transparency': 'no-preference',
  'forced-colors': 'none',
  'inverted-colors': 'none',
  hover: 'none',
  'any-hover': 'none',
  pointer: 'none',
  'any-pointer': 'none',
  'display-mode': 'browser',
  scripting: 'none',
};

/** A question about one of the features: its name, and the value if one is asked for. */
export const QUESTION = `\\(\\s*(${Object.keys(USUAL).join('|')})\\s*(?::\\s*([\\w-]+)\\s*)?\\)`;

const ALWAYS = '(min-width:0px)';
const NEVER = '(max-width:-1px)';
const BOTH_SCHEMES = /(?<![\w-])(?:light\s+dark|dark\s+light)(?![\w-])/gi;

/**
 * @param theirs the consumer's features, by {@link MEDIA_FEATURES}
 * @param ours the mirror's own: what it answers alike is left to it
 */
export function createMediaAnswers(theirs: number, ours: number): MediaAnswers {
  /** By feature the unusual answers that hold at the consumer's, where the mirror has others. */
  const different = new Map<string, ReadonlySet<string>>();
  for (const feature of Object.keys(USUAL)) {
    const held = valuesOf(theirs, feature);
    if (held.join() !== valuesOf(ours, feature).join()) different.set(feature, new Set(held));
  }
  const scheme = different.get('prefers-color-scheme');

  function holds(feature: string, value: string | undefined): boolean | undefined {
    const answers = different.get(feature);
    if (answers === undefined) return undefined;
    const usual = USUAL[feature] as string;
    if (value === undefined) return answers.size > 0 || (usual !== 'none' && usual !== 'no-preference');
    if (value === usual) return answers.size === 0;
    return MEDIA_FEATURES.includes(`${feature}:${value}`) ? answers.has(value) : undefined;
  }

  return {
    answer(feature, value) {
      const isSo = holds(feature.toLowerCase(), value?.toLowerCase());
      return isSo === undefined ? undefined : isSo ? ALWAYS : NEVER;
    },
    scheme: scheme === undefined ? (schemes) => schemes : (schemes) => schemes.replace(BOTH_SCHEMES, scheme.has('dark') ? 'dark' : 'light'),
  };
}

function valuesOf(bits: number, feature: string): string[] {
  return MEDIA_FEATURES.filter((one, i) => (bits >>> i) & 1 && one.startsWith(`${feature}:`)).map((one) => one.slice(feature.length + 1));
}
