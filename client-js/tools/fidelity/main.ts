import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { judge, type PageResult } from './bars.ts';
import { openBrowser, openContext } from './browser.ts';
import type { Mirrored, Setting } from './contender.ts';
import { parseOptions, type Options } from './options.ts';
import { pixelDifference, settle, shoot } from './pixels.ts';
import { report } from './report.ts';
import { measureRrweb } from './rrweb.ts';
import { pagesOf, serveSite, type Site } from './site.ts';
import { openStage, type Stage } from './stage.ts';

async function load(context: BrowserContext, site: Site): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${site.origin}/`, { waitUntil: 'load' });
  await settle(page);
  return page;
}

interface Reference {
  readonly picture: Buffer;
  readonly noisePercent: number;
  readonly nodes: number;
}

/** The page without anybody who mirrors it, painted twice, in two tabs. */
async function refer(browser: Browser, plain: Site): Promise<Reference> {
  const context = await openContext(browser);
  try {
    const page = await load(context, plain);
    const picture = await shoot(page);
    const again = await shoot(await load(context, plain));
    return { picture, noisePercent: pixelDifference(picture, again).percent, nodes: await page.evaluate(countNodes) };
  } finally {
    await context.close();
  }
}

/** Nodes as a walk over childNodes counts them; runs in the page. */
function countNodes(): number {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  let count = 1;
  while (walker.nextNode()) count++;
  return count;
}

async function measurePage(browser: Browser, plain: Site, stage: Stage, options: Options, name: string): Promise<PageResult> {
  const reference = await refer(browser, plain);
  const setting: Setting = { browser, plain, reference: reference.picture, load };
  const rrweb = options.rival ? await measureRrweb(setting) : null;
  const { mirrored, consumerPicture } = await stage.measure(setting);
  const result: PageResult = {
    name,
    nodes: reference.nodes,
    noisePercent: reference.noisePercent,
    disturbedPercent: pixelDifference(reference.picture, consumerPicture).percent,
    tandem: mirrored,
    rrweb,
  };
  if (options.shots !== undefined) keepPictures(options.shots, name, consumerPicture, mirrored, rrweb);
  return result;
}

function keepPictures(folder: string, name: string, consumer: Buffer, tandem: Mirrored, rrweb: Mirrored | null): void {
  mkdirSync(folder, { recursive: true });
  const keep = (suffix: string, picture: Buffer): void => writeFileSync(join(folder, `${name}-${suffix}.png`), picture as Uint8Array);
  keep('consumer', consumer);
  keep('mirror', tandem.screenshot);
  keep('difference', pixelDifference(consumer, tandem.screenshot).picture);
  if (rrweb) keep('rrweb', rrweb.screenshot);
}

async function run(options: Options): Promise<boolean> {
  const pages = pagesOf(options.folder).filter((page) => options.only === undefined || page.name.includes(options.only));
  if (pages.length === 0) throw new Error(`no folder with an index.html in ${options.folder}`);
  const pageScripts = options.scripts ? "'self'" : "'none'";
  const plain = await serveSite({ scriptSource: pageScripts });
  const stage = await openStage(options);
  const browser = await openBrowser({ scrollbars: options.scrollbars });
  const results: PageResult[] = [];
  try {
    for (const page of pages) {
      plain.show(page.folder);
      stage.show(page.folder);
      const result = await measurePage(browser, plain, stage, options, page.name);
      results.push(result);
      console.log(`${page.name}: ${result.tandem.difference ?? 'equal'}`);
    }
  } finally {
    await browser.close();
    await stage.close();
    await plain.close();
  }
  const bars = judge(results);
  console.log(`\n${report(results, bars)}`);
  if (options.json !== undefined) writeJson(options.json, { options, bars, pages: results });
  return bars.every((bar) => bar.isMet);
}

function writeJson(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    JSON.stringify(content, (key, value: unknown) => (key === 'screenshot' ? undefined : value), 2),
  );
}

const options = parseOptions(process.argv.slice(2));
const isMet = await run(options);
process.exitCode = isMet || options.reportOnly ? 0 : 1;
