/*
 * Rules as text that a parser takes back. Imported sheets stand in place of their import, in one rule, so that the indices of
 * the rules after it stay right: a mirror need not (and behind a log-in could not) load them.
 */

export const isImport = (rule: CSSRule): rule is CSSImportRule => 'styleSheet' in rule;

export function ruleText(rule: CSSRule): string {
  return (isImport(rule) && importedText(rule)) || rule.cssText;
}

/** The imported rules, wrapped in what the import asks for; undefined when the page may not read them. */
function importedText(rule: CSSImportRule): string | undefined {
  const sheet = rule.styleSheet;
  if (sheet === null) return undefined;
  let css = '';
  try {
    for (const inner of sheet.cssRules) css += resolved(ruleText(inner), sheet.href ?? '');
  } catch {
    return undefined;
  }
  if (rule.layerName !== null) css = `@layer ${rule.layerName}{${css}}`;
  if (rule.supportsText !== null) css = `@supports ${condition(rule.supportsText)}{${css}}`;
  return `@media ${rule.media.mediaText || 'all'}{${css}}`;
}

/** An import may leave out the parentheses around a declaration. */
const condition = (text: string): string => (/^[\w-]+\s*:/.test(text) ? `(${text})` : text);

/** Browsers write addresses in rules as `url("…")`, always. */
const resolved = (css: string, base: string): string =>
  css.replace(/url\("((?:[^"\\]|\\.)*)"\)/g, (whole, url: string) => {
    if (url.startsWith('#')) return whole;
    try {
      return `url("${new URL(url.replace(/\\(.)/g, '$1'), base).href}")`;
    } catch {
      return whole;
    }
  });
