import { buildSync } from 'esbuild';
import type { Frame, Page } from 'playwright-core';
import { type CompareOptions, firstDifference, FOREIGN, type Line } from './compare.ts';

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
export async function linesOf(
  page: Pick<Page, 'evaluate'>,
  documentExpression = 'document',
  options: CompareOptions = {},
): Promise<Line[]> {
  const json = await page.evaluate<string>(
    `(() => { ${comparerSource()}\nreturn JSON.stringify(tandemCompare.canonicalLines(${documentExpression}, ${JSON.stringify(options)})); })()`,
  );
  return JSON.parse(json) as Line[];
}

/** A frame inside a page, and which of those it is that cannot be read from around it. */
interface Foreign {
  readonly frame: Frame;
  readonly index: number;
}

/** The frames in a document, and in those that it can read, whose own documents it cannot. */
async function foreignIn(around: Frame): Promise<Foreign[]> {
  const found: Foreign[] = [];
  for (const frame of around.childFrames()) {
    const element = await frame.frameElement();
    const isReadable = await element.evaluate((iframe) => (iframe as HTMLIFrameElement).contentDocument !== null);
    if (isReadable) found.push(...(await foreignIn(frame)));
    else {
      // No code that is a text is given arguments.
      await element.evaluate((iframe) => void Object.assign(globalThis, { wanted: iframe }));
      const index = await around.evaluate<number>(
        `(() => { ${comparerSource()}\nreturn tandemCompare.foreignIndex(globalThis.wanted); })()`,
      );
      await around.evaluate(() => Reflect.deleteProperty(globalThis, 'wanted'));
      found.push({ frame, index });
    }
  }
  return found;
}

/** Writes down a consumer's page, with the documents of other origins in its frames that tell of themselves. */
export async function pageLinesOf(page: Frame, options: CompareOptions = {}): Promise<Line[]> {
  const lines = await linesOf(page, 'document', options);
  const places = lines.flatMap(([, label], i) => (label === FOREIGN ? [i] : []));
  for (const { frame, index } of (await foreignIn(page)).sort((a, b) => b.index - a.index)) {
    const at = places[index];
    if (at === undefined || !(await frame.evaluate(() => document.querySelector('script[data-brand]') !== null))) continue;
    const [depth] = lines[at] as Line;
    const inner = await pageLinesOf(frame, options);
    lines.splice(at, 1, ...inner.map(([deeper, label, facts]): Line => [depth + deeper, label, facts]));
  }
  return lines;
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
  const [live, mirror] = await Promise.all([pageLinesOf(consumer.mainFrame(), options), linesOf(agent, MIRROR_DOCUMENT, options)]);
  return firstDifference(live, mirror);
}
