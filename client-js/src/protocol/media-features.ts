/** What a page may ask of its reader's device and taste, each with the answers that are not the usual one: the bits of RESET's features, in this order (protocol section 6.4). */
export const MEDIA_FEATURES: readonly string[] = (
  'prefers-color-scheme:dark prefers-reduced-motion:reduce prefers-contrast:more prefers-contrast:less prefers-contrast:custom ' +
  'prefers-reduced-transparency:reduce forced-colors:active inverted-colors:inverted hover:hover any-hover:hover pointer:coarse pointer:fine ' +
  'any-pointer:coarse any-pointer:fine display-mode:standalone display-mode:fullscreen display-mode:minimal-ui scripting:enabled'
).split(' ');

export const hasFeature = (bits: number, feature: string): boolean => ((bits >>> MEDIA_FEATURES.indexOf(feature)) & 1) === 1;

/** What styles in a window are told. */
export interface MediaFeatures {
  /** A bit for each of {@link MEDIA_FEATURES}, as it is now. */
  bits(): number;
  stop(): void;
}

/** @param changed an answer is another one now; once for each that is */
export function watchMediaFeatures(window: Window, changed: () => void): MediaFeatures {
  const lists = MEDIA_FEATURES.map((feature) => window.matchMedia(`(${feature})`));
  for (const list of lists) list.addEventListener('change', changed);
  return {
    bits: () => lists.reduce((bits, { matches }, i) => bits | (matches ? 1 << i : 0), 0),
    stop() {
      for (const list of lists) list.removeEventListener('change', changed);
    },
  };
}
