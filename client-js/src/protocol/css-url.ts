/** An address in CSS: in double quotes, in single quotes, or bare. */
export const CSS_URL = /url\(\s*(?:"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|((?:[^"'()\\\s]|\\[^])*))\s*\)/;

/** A string of CSS as what it stands for. */
export const unescapeCss = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(?:([0-9a-f]{1,6})\s?|(\r\n|[\n\r\f])|([^]))/gi, (_, hex?: string, line?: string, plain?: string) =>
        hex === undefined ? (line === undefined ? (plain ?? '') : '') : codePoint(Number.parseInt(hex, 16)),
      )
    : text;

const codePoint = (code: number): string => (code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : '\uFFFD');
