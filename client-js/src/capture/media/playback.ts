import { PageOp, PlaybackBit } from '../../protocol/page-op.ts';
import type { PageWriter } from '../../protocol/page-writer.ts';
import type { BesideContext } from '../beside.ts';
import { isDrawn } from './drawn.ts';

/** A position further than this from where the last word of it leads, in ms, is told again. */
const DRIFT_MILLIS = 500;
const EVENTS = ['play', 'playing', 'pause', 'seeked', 'ratechange', 'ended', 'waiting'] as const;

interface Told {
  readonly bits: number;
  readonly rate: number;
  readonly positionMillis: number;
  readonly atMillis: number;
}

/** Video and audio in step: what plays, from where, how fast. Nothing of the page's is patched: elements tell by their events. */
export interface Playback {
  track(element: HTMLMediaElement): void;
  forget(node: Node): void;
  reset(): void;
  write(writer: PageWriter): void;
  stop(): void;
}

export function createPlayback({ window, idOf, isSecret, changed }: BesideContext): Playback {
  const told = new Map<HTMLMediaElement, Told | undefined>();
  const listening = new Map<HTMLMediaElement, AbortController>();

  function track(element: HTMLMediaElement): void {
    told.set(element, undefined);
    if (listening.has(element)) return;
    const controller = new AbortController();
    listening.set(element, controller);
    for (const type of EVENTS) element.addEventListener(type, changed, { passive: true, signal: controller.signal });
  }

  function forget(node: Node): void {
    const element = node as HTMLMediaElement;
    told.delete(element);
    listening.get(element)?.abort();
    listening.delete(element);
  }

  function writeOne(writer: PageWriter, element: HTMLMediaElement, before: Told | undefined): void {
    const id = idOf(element);
    // What is shown by pictures has nothing to play in a mirror.
    if (id === 0 || isDrawn(element) || isSecret(element)) return;
    const now = stateOf(element, window.performance.now());
    if (before === undefined ? isAsLoaded(now) : isInStep(before, now)) return;
    told.set(element, now);
    writer.numbers(PageOp.PLAYBACK, id, now.bits, now.positionMillis, Math.round(now.rate * 100));
  }

  return {
    track,
    forget,
    reset() {
      for (const element of [...listening.keys()]) forget(element);
    },
    write(writer) {
      for (const [element, before] of told) writeOne(writer, element, before);
    },
    stop() {
      for (const element of [...listening.keys()]) forget(element);
    },
  };
}

function stateOf({ paused, ended, loop, seeking, currentTime, playbackRate }: HTMLMediaElement, atMillis: number): Told {
  const isPlaying = !paused && !ended && !seeking;
  return {
    bits: (isPlaying ? PlaybackBit.PLAYING : 0) | (loop ? PlaybackBit.LOOP : 0),
    rate: Math.max(0, playbackRate),
    // A stream without an end is at a time of its own.
    positionMillis: Number.isFinite(currentTime) ? Math.min(0xffff_ffff, Math.round(currentTime * 1000)) : 0,
    atMillis,
  };
}

const isAsLoaded = ({ bits, rate, positionMillis }: Told): boolean => bits === 0 && rate === 1 && positionMillis === 0;

function isInStep(before: Told, now: Told): boolean {
  if (before.bits !== now.bits || before.rate !== now.rate) return false;
  const passed = before.bits & PlaybackBit.PLAYING ? (now.atMillis - before.atMillis) * before.rate : 0;
  return Math.abs(before.positionMillis + passed - now.positionMillis) <= DRIFT_MILLIS;
}
