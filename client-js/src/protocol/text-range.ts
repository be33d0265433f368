import { type ByteReader, type ByteWriter, MalformedBytes } from './bytes.ts';

/**
 * Characters between two places (protocol section 6): places in texts of one tree, or in the value of one input or textarea, which both ends name
 * then. Offsets are in UTF-16 units; one beyond the end is the end.
 */
export interface TextRange {
  readonly start: number;
  readonly startOffset: number;
  readonly end: number;
  readonly endOffset: number;
}

/** Ranges that are told at once: a selection that masked parts cut into more is shown up to there. */
export const MAX_TEXT_RANGES = 64;

const NUMBERS_OF_ONE = 4;

/** The numbers of ranges as they travel: how many there are, then each. */
export const numbersOf = (ranges: readonly TextRange[]): number[] => [
  ranges.length,
  ...ranges.flatMap(({ start, startOffset, end, endOffset }) => [start, startOffset, end, endOffset]),
];

export function writeTextRanges(out: ByteWriter, ranges: readonly TextRange[]): void {
  for (const number of numbersOf(ranges)) out.varint(number);
}

/** @throws MalformedBytes when there are too many, or a number is missing */
export function readTextRanges(bytes: ByteReader): TextRange[] {
  const count = bytes.varint();
  if (count > MAX_TEXT_RANGES) throw new MalformedBytes(`${count} ranges of text; at most ${MAX_TEXT_RANGES}`);
  if (count * NUMBERS_OF_ONE > bytes.remaining) throw new MalformedBytes(`${count} ranges announced, ${bytes.remaining} bytes left`);
  const ranges: TextRange[] = [];
  for (let i = 0; i < count; i++) {
    ranges.push({ start: bytes.varint(), startOffset: bytes.varint(), end: bytes.varint(), endOffset: bytes.varint() });
  }
  return ranges;
}
