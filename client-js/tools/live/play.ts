import type { CDPSession, Page } from 'playwright-core';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { openBrowser, openContext } from '../fidelity/browser.ts';
import { firstDifference } from '../fidelity/compare.ts';
import { webSocketFrameBytes } from '../fidelity/contender.ts';
import type { Relay } from '../fidelity/relay.ts';
import { bytesOf, RRWEB_SCRIPT } from '../fidelity/rrweb.ts';
import { linesOf, MIRROR_DOCUMENT } from '../fidelity/structure.ts';
import { openPair } from '../link/pair.ts';
import type { Seen } from '../link/tap.ts';

export interface Live {
  /** Of the page's frames that its changes made, headers included. */
  readonly bytes: number;
  /** Of the main thread: samples with the recorder's code on the stack, by all samples. */
  readonly mainThreadShare: number;
  readonly seconds: number;
  /** The first difference of the mirror's structure in the end; null: none, or not compared. */
  readonly difference: string | null;
}

const QUIET_MILLIS = 1_500;
const POLL_MILLIS = 50;
const WITHIN_MILLIS = 120_000;
const SAMPLE_MICROS = 500;
const CHROMIUM = process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium';
/** What the profile calls the scripts of either. */
const TANDEM_SCRIPT = /\/tandem[\w.-]*\.js/;
const RECORDER = 'rrweb-recorder.js';

const isPage = ({ type }: Seen): boolean => type === FrameType.KEYFRAME || type === FrameType.MUTATIONS || type === FrameType.ASSET;

/** Plays the page's trace with the tag in it. */
export async function playMirrored(relay: Relay, site: string, desk: string): Promise<Live> {
  const { consumer, agent, sent, close } = await openPair({ relay, site, desk, consumerChromium: CHROMIUM, agent: 'live' });
  try {
    const isQuiet = (): boolean => {
      const last = sent.findLast(isPage);
      return last !== undefined && performance.now() - last.at > QUIET_MILLIS;
    };
    await consumer.getByTestId('invitation-accept').click();
    await until(isQuiet);
    const from = sent.length;
    const { share, seconds } = await profiled(consumer, TANDEM_SCRIPT, () => play(consumer));
    await until(isQuiet);
    const frames = sent.slice(from).filter(isPage);
    return {
      bytes: frames.reduce((sum, { bytes }) => sum + webSocketFrameBytes(bytes), 0),
      mainThreadShare: share,
      seconds,
      difference: firstDifference(await linesOf(consumer), await linesOf(agent, MIRROR_DOCUMENT)),
    };
  } finally {
    await close();
  }
}

/** Plays the page's trace with rrweb's recorder in it. */
export async function playRecorded(site: string): Promise<Live & { readonly withHistory: number }> {
  const browser = await openBrowser({ scrollbars: false });
  try {
    const page = await (await openContext(browser)).newPage();
    page.setDefaultTimeout(WITHIN_MILLIS);
    await page.goto(site, { waitUntil: 'domcontentloaded' });
    await page.evaluate(`${RRWEB_SCRIPT.replace('var rrweb', 'var recorder')}\n//# sourceURL=${RECORDER}`);
    await page.evaluate('window.recorded = []; recorder.record({ emit: (event) => recorded.push(event) }); undefined');
    // What it records of the page as it stands is no change.
    await page.waitForTimeout(QUIET_MILLIS);
    await page.evaluate('recorded.length = 0');
    const { share, seconds } = await profiled(page, new RegExp(RECORDER), () => play(page));
    await page.waitForTimeout(QUIET_MILLIS);
    const json = await page.evaluate<string[]>('recorded.map((event) => JSON.stringify(event))');
    return {
      bytes: json.reduce((sum, event) => sum + bytesOf([event]), 0),
      withHistory: bytesOf(json),
      mainThreadShare: share,
      seconds,
      difference: null,
    };
  } finally {
    await browser.close();
  }
}

const play = (page: Page): Promise<void> => page.evaluate(() => (window as unknown as { play(): Promise<void> }).play());

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly url: string }; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
}

/** Samples the main thread meanwhile. */
async function profiled(
  page: Page,
  script: RegExp,
  act: () => Promise<void>,
): Promise<{ readonly share: number; readonly seconds: number }> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
  const from = performance.now();
  await session.send('Profiler.start');
  await act();
  const { profile } = (await session.send('Profiler.stop')) as { profile: Profile };
  const seconds = (performance.now() - from) / 1000;
  await session.detach();
  return { share: shareOf(profile, script), seconds };
}

/** The share of samples in which code of these scripts is on the stack. */
function shareOf({ nodes, samples }: Profile, script: RegExp): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ours = new Set<number>();
  const open = nodes.filter(({ callFrame }) => script.test(callFrame.url)).map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (ours.has(id)) continue;
    ours.add(id);
    open.push(...(byId.get(id)?.children ?? []));
  }
  return samples.filter((id) => ours.has(id)).length / samples.length;
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + WITHIN_MILLIS;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`the page was not quiet within ${WITHIN_MILLIS} ms`);
    await new Promise((resume) => setTimeout(resume, POLL_MILLIS));
  }
}
