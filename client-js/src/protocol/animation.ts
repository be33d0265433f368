import { MalformedBytes } from './bytes.ts';
import { MAX_KEYFRAME_UNITS, MAX_KEYFRAME_VALUES, MAX_KEYFRAMES } from './limits.ts';
import { AnimationKind, AnimationState, PageOp } from './page-op.ts';
import { NAMES } from './string-tables.ts';

/* What moves an element of the page, as the operations ANIMATION and ANIMATION_STATE tell it (protocol section 6.6). */

/** In the order of their numbers. */
export const DIRECTIONS = ['normal', 'reverse', 'alternate', 'alternate-reverse'] as const;
export const FILLS = ['none', 'forwards', 'backwards', 'both'] as const;
/** The last is of keyframes alone: as the animation has it. */
export const COMPOSITES = ['replace', 'add', 'accumulate', 'auto'] as const;

export interface MovingKeyframe {
  /** 0 to 1, and not below that of the keyframe before. */
  readonly offset: number;
  readonly easing: string;
  /** By {@link COMPOSITES}. */
  readonly composite: number;
  /** CSS properties by the names that style sheets have. */
  readonly properties: readonly (readonly [name: string, value: string])[];
}

/** How something moves, times in ms. */
export interface Movement {
  readonly delay: number;
  readonly endDelay: number;
  readonly duration: number;
  /** May be Infinity. */
  readonly iterations: number;
  readonly iterationStart: number;
  readonly easing: string;
  /** By {@link DIRECTIONS}. */
  readonly direction: number;
  /** By {@link FILLS}. */
  readonly fill: number;
  /** By {@link COMPOSITES}. */
  readonly composite: number;
  readonly keyframes: readonly MovingKeyframe[];
}

export interface AnimationInfo {
  /** Id of the element. */
  readonly target: number;
  /** Of the element's pseudo-elements the one that moves, with its colons; empty: the element itself. */
  readonly pseudo: string;
  readonly kind: AnimationKind;
  /** Of the CSS animation, or of the property in transition; empty for a script's. */
  readonly name: string;
  /** Undefined of a CSS animation: styles say how it moves. */
  readonly movement: Movement | undefined;
}

/** Where strings and numbers go. */
export interface AnimationSink {
  numbers(...values: number[]): void;
  string(value: string, kind?: string): void;
}

/** Where they come from. */
export interface AnimationSource {
  number(): number;
  string(kind?: string): string;
}

/** Writes ANIMATION. */
export function writeAnimation(sink: AnimationSink, number: number, { target, pseudo, kind, name, movement }: AnimationInfo): void {
  sink.numbers(PageOp.ANIMATION, number, target, kind);
  sink.string(pseudo);
  sink.string(name);
  if (movement === undefined) return;
  const { delay, endDelay, duration, iterations, iterationStart, easing, direction, fill, composite, keyframes } = movement;
  for (const time of [delay, endDelay, duration, iterations, iterationStart]) sink.string(String(time));
  sink.string(easing);
  sink.numbers(direction, fill, composite, keyframes.length);
  for (const frame of keyframes) {
    sink.string(String(frame.offset));
    sink.string(frame.easing);
    sink.numbers(frame.composite, frame.properties.length);
    for (const [property, value] of frame.properties) {
      sink.string(property, NAMES);
      sink.string(value, property);
    }
  }
}

/** Writes ANIMATION_STATE; one that is gone is nowhere. */
export function writeAnimationState(sink: AnimationSink, number: number, state: AnimationState, positionMillis = 0, rate = 0): void {
  sink.numbers(PageOp.ANIMATION_STATE, number, state);
  if (state === AnimationState.GONE) return;
  sink.string(String(positionMillis));
  sink.string(String(rate));
}

/** @throws MalformedBytes */
export function readAnimation(source: AnimationSource): AnimationInfo {
  const target = source.number();
  const kind = below(source.number(), KINDS, 'animation kind') as AnimationKind;
  const pseudo = source.string();
  const name = source.string();
  return { target, kind, pseudo, name, movement: kind === AnimationKind.STYLED ? undefined : readMovement(source) };
}

function readMovement(source: AnimationSource): Movement {
  const delay = readDecimal(source);
  const endDelay = readDecimal(source);
  const duration = readDecimal(source, 0, Infinity);
  const iterations = readDecimal(source, 0, Infinity);
  const iterationStart = readDecimal(source, 0);
  const easing = source.string();
  const direction = below(source.number(), DIRECTIONS.length, 'direction');
  const fill = below(source.number(), FILLS.length, 'fill');
  const composite = below(source.number(), COMPOSITES.length - 1, 'composite');
  return { delay, endDelay, duration, iterations, iterationStart, easing, direction, fill, composite, keyframes: readKeyframes(source) };
}

function readKeyframes(source: AnimationSource): MovingKeyframe[] {
  const count = below(source.number(), MAX_KEYFRAMES + 1, 'number of keyframes');
  const keyframes: MovingKeyframe[] = [];
  let values = 0;
  let units = 0;
  for (let i = 0; i < count; i++) {
    const offset = readDecimal(source, keyframes[i - 1]?.offset ?? 0, 1);
    const easing = source.string();
    const composite = below(source.number(), COMPOSITES.length, 'composite');
    const length = source.number();
    values += length;
    if (values > MAX_KEYFRAME_VALUES) throw new MalformedBytes(`more than ${MAX_KEYFRAME_VALUES} values in keyframes`);
    const properties: (readonly [string, string])[] = [];
    for (let j = 0; j < length; j++) {
      const property = source.string(NAMES);
      const value = source.string(property);
      units += property.length + value.length;
      if (units > MAX_KEYFRAME_UNITS) throw new MalformedBytes(`more than ${MAX_KEYFRAME_UNITS} characters in keyframes`);
      properties.push([property, value]);
    }
    keyframes.push({ offset, easing, composite, properties });
  }
  return keyframes;
}

const KINDS = Object.keys(AnimationKind).length;

function below(value: number, end: number, what: string): number {
  if (value >= end) throw new MalformedBytes(`${what} ${value}; allowed are 0 to ${end - 1}`);
  return value;
}

/** As JavaScript writes them. */
const DECIMAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

/** A number that is a string on the wire: exact, and of any size. @throws MalformedBytes */
export function readDecimal(source: AnimationSource, least = -Number.MAX_VALUE, most = Number.MAX_VALUE): number {
  const text = source.string();
  const value = text === 'Infinity' ? Infinity : DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new MalformedBytes(`a number that is none, or not from ${least} to ${most}`);
  return value;
}
