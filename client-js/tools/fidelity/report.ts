import { type Bar, median, type PageResult } from './bars.ts';
import type { Mirrored } from './contender.ts';

const KIB = 1024;

type Column = readonly [title: string, cell: (result: PageResult) => string];

const percent = (value: number): string => (value === 0 ? '0' : value < 0.001 ? '<0.001' : value.toFixed(3));
const kib = (bytes: number): string => (bytes / KIB).toFixed(1);
const both =
  (show: (mirrored: Mirrored) => string) =>
  (result: PageResult): string =>
    `${show(result.tandem)} | ${result.rrweb ? show(result.rrweb) : '-'}`;

const COLUMNS: readonly Column[] = [
  ['page', (result) => result.name],
  ['nodes', (result) => String(result.nodes)],
  ['structure', both((mirrored) => (mirrored.difference === null ? 'equal' : 'differs'))],
  ['pixels %', both((mirrored) => percent(mirrored.pixelPercent))],
  ['KiB up', both((mirrored) => kib(mirrored.bytesUp))],
  ['longest task, CPU ms', both((mirrored) => mirrored.longestTaskMs.toFixed(0))],
  ['all tasks, CPU ms', both((mirrored) => mirrored.captureTotalMs.toFixed(0))],
  ['ms to paint', both((mirrored) => mirrored.paintedMs.toFixed(0))],
];

/** The table, what differs where, medians and the verdict, as text. */
export function report(results: readonly PageResult[], bars: readonly Bar[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...results.map((result) => COLUMNS.map(([, cell]) => cell(result)))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ');
  return [
    'Each cell: Tandem | rrweb',
    ...rows.map(line),
    '',
    ...differences(results),
    ...medians(results),
    '',
    ...bars.map((bar) => `${bar.isMet ? 'met   ' : 'MISSED'}  ${bar.name}: ${bar.measured}`),
  ].join('\n');
}

function differences(results: readonly PageResult[]): string[] {
  const unequal = results.filter((result) => result.tandem.difference !== null);
  return unequal.length === 0
    ? []
    : ['First differences of the structure:', ...unequal.map(({ name, tandem }) => `  ${name}: ${tandem.difference ?? ''}`), ''];
}

function medians(results: readonly PageResult[]): string[] {
  const of = (value: (mirrored: Mirrored) => number): string => {
    const ours = median(results.map(({ tandem }) => value(tandem)));
    const rivals = results.flatMap(({ rrweb }) => (rrweb ? [value(rrweb)] : []));
    if (rivals.length === 0) return ours.toFixed(1);
    const ratios = results.flatMap(({ tandem, rrweb }) => (rrweb ? [value(tandem) / value(rrweb)] : []));
    return `${ours.toFixed(1)} | ${median(rivals).toFixed(1)} (median of ratios ${median(ratios).toFixed(2)}x, worst ${Math.max(...ratios).toFixed(2)}x)`;
  };
  return [
    'Medians, Tandem | rrweb:',
    `  KiB up                ${of((mirrored) => mirrored.bytesUp / KIB)}`,
    `  longest task, CPU ms  ${of((mirrored) => mirrored.longestTaskMs)}`,
    `  all tasks, CPU ms     ${of((mirrored) => mirrored.captureTotalMs)}`,
    `  ms to paint           ${of((mirrored) => mirrored.paintedMs)}`,
  ];
}
