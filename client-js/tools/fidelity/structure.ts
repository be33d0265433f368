import { buildSync } from 'esbuild';
import type { Page } from 'playwright-core';
import { type CompareOptions, firstDifference, type Line } from './compare.ts';

let source: string | undefined;

/** The comparer as a script that leaves `canonicalLines` in the variable `tandemCompare`. */
function comparerSource(): string {
  source ??= buildSync({
    // npm and Playwright run everything from the package's folder; the file itself may have been bundled elsewhere.
    entryPoints: ['tools/fidelity/compare.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'tandemCompare',
    target: 'es2022',
    write: false,
  }).outputFiles[0]!.text;
  return source;
}

/** Writes down the document that `documentExpression` (JavaScript) names in a page. */
export async function linesOf(page: Page, documentExpression = 'document', options: CompareOptions = {}): Promise<Line[]> {
  const json = await page.evaluate<string>(
    `(() => { ${comparerSource()}\nreturn JSON.stringify(tandemCompare.canonicalLines(${documentExpression}, ${JSON.stringify(options)})); })()`,
  );
  return JSON.parse(json) as Line[];
}

/** JavaScript that finds the mirror's document in the agent's page, through open shadow roots. */
export const MIRROR_DOCUMENT = `(() => {
  const find = (root) => {
    const frame = root.querySelector('[data-testid="mirror"]');
    if (frame) return frame;
    for (const element of root.querySelectorAll('*')) {
      const inner = element.shadowRoot && find(element.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  return find(document).contentDocument;
})()`;

/** The first difference between the consumer's page and its mirror at the agent; null when they are equal. */
export async function mirrorDifference(consumer: Page, agent: Page, options: CompareOptions = {}): Promise<string | null> {
  const [live, mirror] = await Promise.all([linesOf(consumer, 'document', options), linesOf(agent, MIRROR_DOCUMENT, options)]);
  return firstDifference(live, mirror);
}
