import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { Flag } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import type { DeskWindow, Pair } from './pair.ts';
import type { Seen } from './tap.ts';

/** Pointer frames, in ms from the tag's hand to the viewer's. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface TraceResult {
  readonly whilePage: Latencies;
  readonly always: Latencies;
  /** What the relay's meter and the kernel counted between the same two moments, in bytes. */
  readonly meter: number;
  readonly kernel: number;
  readonly pageBytes: number;
  readonly pageMillis: number;
}

const POINTER_MILLIS = 50;
/** The trace plays for a while before the page is asked for. */
const BEFORE_PAGE_MILLIS = 2_000;
const WITHIN_MILLIS = 90_000;
const QUIET_MILLIS = 1_500;
/** Positions on a circle: the pointer never stands still. */
const STEPS = 120;

function latencies(sent: readonly Seen[], received: ReadonlyMap<string, Seen>, from: number, to: number): Latencies {
  const times = sent
    .filter(({ type, at }) => type === FrameType.CURSOR && at >= from && at <= to)
    .flatMap(({ key, at }) => {
      const arrived = received.get(key);
      return arrived ? [arrived.at - at] : [];
    })
    .sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { count: times.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** What the consumer's kernel had acknowledged by the relay's machine, by connection, in bytes. */
function kernelBytes(namespace: string, relay: string): ReadonlyMap<string, number> {
  const { hostname, port } = new URL(relay);
  const listing = execFileSync('ip', ['netns', 'exec', namespace, 'ss', '-tinH', 'state', 'established', `dst ${hostname}:${port}`], {
    encoding: 'utf8',
  });
  const connections = listing.matchAll(/:(\d+)\s+\S+:\d+\s*\n.*?bytes_acked:(\d+)/g);
  return new Map([...connections].map(([, local = '', bytes]) => [local, Number(bytes)]));
}

const grown = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number =>
  [...after].reduce((sum, [connection, bytes]) => sum + bytes - (before.get(connection) ?? 0), 0);

async function meterBytes(relay: string): Promise<number> {
  const metrics = await (await fetch(`${relay}/metrics`)).text();
  return Number(/^tandem_carried_bytes_total\{.*\} (\S+)$/m.exec(metrics)?.[1]);
}

/** Of the page's text in the mirror. Runs at the desk. */
function mirroredParagraphs(): number {
  const viewer = document.querySelector('tandem-viewer') as unknown as { readonly mirror: { readonly document: Document | null } | null };
  return viewer.mirror?.document?.querySelectorAll('main > p').length ?? 0;
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MILLIS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${WITHIN_MILLIS} ms`);
    await new Promise((resume) => setTimeout(resume, POINTER_MILLIS));
  }
}

/** Moves the consumer's pointer on a circle until told to stop. */
function wander(consumer: Page): () => Promise<void> {
  const moves = { on: true };
  const moving = (async () => {
    for (let step = 0; moves.on; step++) {
      const angle = (2 * Math.PI * step) / STEPS;
      await consumer.mouse.move(683 + 300 * Math.cos(angle), 384 + 200 * Math.sin(angle));
      await new Promise((resume) => setTimeout(resume, POINTER_MILLIS));
    }
  })();
  return () => {
    moves.on = false;
    return moving;
  };
}

/** Plays the page's trace with a moving pointer, has the page sent whole in the middle of it, and waits until all of it has come. */
export async function measureTrace(
  { consumer, agent, sent, received }: Pair,
  { relay, namespace }: { readonly relay: string; readonly namespace: string },
): Promise<TraceResult> {
  const isPage = ({ type }: Seen): boolean => type === FrameType.KEYFRAME || type === FrameType.MUTATIONS;
  const isWhole = ({ type, flags }: Seen): boolean => type === FrameType.KEYFRAME && (flags & Flag.MORE) === 0;
  const quiet = (): boolean => performance.now() - (received.findLast(isPage)?.at ?? Number.POSITIVE_INFINITY) > QUIET_MILLIS;
  await consumer.getByTestId('invitation-accept').click();
  await until(() => received.some(isWhole) && quiet(), 'the first page');

  const before = { kernel: kernelBytes(namespace, relay), meter: await meterBytes(relay) };
  const from = performance.now();
  const rest = wander(consumer);
  const played = consumer.evaluate(() => (window as unknown as { play(): Promise<void> }).play());
  await new Promise((resume) => setTimeout(resume, BEFORE_PAGE_MILLIS));
  const asked = performance.now();
  await agent.evaluate(() => {
    (window as unknown as DeskWindow).askForThePage();
  });
  await until(() => received.some((frame) => frame.at > asked && isWhole(frame)), 'the first view');
  const paragraphs = await consumer.evaluate(() => document.querySelectorAll('main > p').length);
  await until(async () => (await agent.evaluate(mirroredParagraphs)) === paragraphs, 'the page');
  const whole = performance.now();
  await played;
  const to = performance.now();
  await rest();
  await until(quiet, 'the end of the trace');
  const after = { kernel: kernelBytes(namespace, relay), meter: await meterBytes(relay) };

  const arrived = new Map(received.map((frame) => [frame.key, frame]));
  const page = received.filter((frame) => isPage(frame) && frame.at > asked && frame.at <= whole);
  return {
    whilePage: latencies(sent, arrived, asked, whole),
    always: latencies(sent, arrived, from, to),
    meter: after.meter - before.meter,
    kernel: grown(before.kernel, after.kernel),
    pageBytes: page.reduce((sum, { bytes }) => sum + bytes, 0),
    pageMillis: whole - asked,
  };
}
