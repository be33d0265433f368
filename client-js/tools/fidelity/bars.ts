import type { Mirrored } from './contender.ts';

/** All that was measured of one page. */
export interface PageResult {
  readonly name: string;
  readonly nodes: number;
  /** The unmirrored page against itself, painted twice: what a difference of pixels means nothing below. Per cent. */
  readonly noisePercent: number;
  /** The consumer's page during the session against the page without a session, per cent: Tandem must not disturb it. */
  readonly disturbedPercent: number;
  readonly tandem: Mirrored;
  readonly rrweb: Mirrored | null;
}

export interface Bar {
  readonly name: string;
  readonly isMet: boolean;
  readonly measured: string;
}

/** Pixels that may differ on all but one page in twelve. */
const PIXEL_PERCENT = 0.25;
const PAGES_PER_EXCEPTION = 12;
/** 0.02 % of the viewport is 210 pixels: a line of text that is painted half a pixel further counts less. */
const NOISE_FLOOR_PERCENT = 0.02;
/** Of the consumer's main thread, CPU ms: what takes longer is felt. */
const LONGEST_TASK_MILLIS = 50;
const MEDIAN_BYTES_RATIO = 0.6;

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

const namesOf = (results: readonly PageResult[]): string =>
  results.length === 0 ? '' : `: ${results.map((result) => result.name).join(', ')}`;

/** Judges a run by the bars of the acceptance; those against the rival only where it ran. */
export function judge(results: readonly PageResult[]): Bar[] {
  const unequal = results.filter((result) => result.tandem.difference !== null);
  const overPixels = results.filter((result) => result.tandem.pixelPercent > Math.max(PIXEL_PERCENT, result.noisePercent));
  const disturbed = results.filter((result) => result.disturbedPercent > result.noisePercent + NOISE_FLOOR_PERCENT);
  const bars: Bar[] = [
    bar('structure equal on every page', unequal, results),
    {
      name: `pixel difference <= ${PIXEL_PERCENT} % on all but one page in ${PAGES_PER_EXCEPTION}`,
      isMet: overPixels.length <= Math.floor(results.length / PAGES_PER_EXCEPTION),
      measured: `${results.length - overPixels.length} of ${results.length}${namesOf(overPixels)}`,
    },
    bar('the page itself looks the same during a session', disturbed, results),
    bar(
      `longest main-thread task <= ${LONGEST_TASK_MILLIS} ms of CPU`,
      results.filter(({ tandem }) => tandem.longestTaskMs > LONGEST_TASK_MILLIS),
      results,
    ),
  ];
  const rivals = results.filter((result): result is PageResult & { rrweb: Mirrored } => result.rrweb !== null);
  return rivals.length === 0 ? bars : [...bars, ...judgeRivalry(rivals)];
}

function judgeRivalry(results: readonly (PageResult & { rrweb: Mirrored })[]): Bar[] {
  const ratio = median(results.map(({ tandem, rrweb }) => tandem.bytesUp / rrweb.bytesUp));
  return [
    bar(
      `pixels: no page worse than rrweb (noise floor ${NOISE_FLOOR_PERCENT} %)`,
      results.filter(({ tandem, rrweb, noisePercent }) => tandem.pixelPercent > rrweb.pixelPercent + noisePercent + NOISE_FLOOR_PERCENT),
      results,
    ),
    bar(
      'fewer bytes up than rrweb on every page',
      results.filter(({ tandem, rrweb }) => tandem.bytesUp >= rrweb.bytesUp),
      results,
    ),
    { name: `bytes up: median <= ${MEDIAN_BYTES_RATIO}x rrweb`, isMet: ratio <= MEDIAN_BYTES_RATIO, measured: `${ratio.toFixed(2)}x` },
    bar(
      'longest main-thread task <= rrweb on every page',
      results.filter(({ tandem, rrweb }) => tandem.longestTaskMs > rrweb.longestTaskMs),
      results,
    ),
  ];
}

const bar = (name: string, missed: readonly PageResult[], all: readonly PageResult[]): Bar => ({
  name,
  isMet: missed.length === 0,
  measured: `${all.length - missed.length} of ${all.length}${namesOf(missed)}`,
});
