import { type AnimationInfo, COMPOSITES, DIRECTIONS, FILLS, type Movement, type MovingKeyframe } from '../../protocol/animation.ts';
import { MAX_KEYFRAMES } from '../../protocol/limits.ts';
import { AnimationKind } from '../../protocol/page-op.ts';

/** What runs and is no further than this from where the last word of it leads, in ms, is where the mirror has it. */
const STEP_MILLIS = 50;
/** The same of what stands. */
const STILL_MILLIS = 0.1;

/** Where an animation is. */
export interface Told {
  readonly isPaused: boolean;
  /** Whether it has come to its end. */
  readonly isFinished: boolean;
  readonly positionMillis: number;
  readonly rate: number;
  /** On the page's timeline, in ms. */
  readonly atMillis: number;
}

export function kindOf(animation: Animation): AnimationKind {
  if ('animationName' in animation) return AnimationKind.STYLED;
  return 'transitionProperty' in animation ? AnimationKind.TRANSITION : AnimationKind.SCRIPTED;
}

export const targetOf = (animation: Animation): Element | null => (animation.effect as KeyframeEffect | null)?.target ?? null;

/** Whether time drives it. What scrolling drives is, in a mirror, where that is scrolled to. */
export const isTimed = ({ timeline }: Animation): boolean => typeof timeline?.currentTime === 'number';

/** Whether an animation of a script shows nothing any more; one of styles is over when it is not found any more. */
export function isOver(animation: Animation): boolean {
  const { playState, replaceState, effect } = animation;
  if (effect === null || playState === 'idle' || replaceState === 'removed' || !isTimed(animation)) return true;
  return playState === 'finished' && effect.getComputedTiming().progress === null;
}

const millis = (time: CSSNumberish | null | undefined): number => (typeof time === 'number' ? time : 0);

export function leftMillis({ effect, currentTime }: Animation): number {
  return millis(effect?.getComputedTiming().endTime) - millis(currentTime);
}

/** Undefined: it is nowhere. */
export function stateOf({ playState, currentTime, playbackRate, timeline }: Animation): Told | undefined {
  if (playState === 'idle') return undefined;
  return {
    isPaused: playState === 'paused',
    isFinished: playState === 'finished',
    positionMillis: millis(currentTime),
    rate: playbackRate,
    atMillis: millis(timeline?.currentTime),
  };
}

/** Whether a mirror that goes on from what it was told is where the page is. */
export function isInStep(before: Told | undefined, now: Told): boolean {
  if (before === undefined || before.isPaused !== now.isPaused || before.rate !== now.rate) return false;
  const passed = now.isPaused ? 0 : (now.atMillis - before.atMillis) * now.rate;
  const ahead = before.positionMillis + passed - now.positionMillis;
  // The mirror's stops there as well.
  if (now.isFinished) return ahead * Math.sign(now.rate) >= -STEP_MILLIS;
  return Math.abs(ahead) <= (now.isPaused ? STILL_MILLIS : STEP_MILLIS);
}

/** @param isMasked its keyframes stay here: what they hold may be what the mask hides */
export function movementOf({ effect }: Animation, isMasked: boolean): Movement {
  const { composite } = effect as KeyframeEffect;
  const {
    delay = 0,
    endDelay = 0,
    duration,
    iterations = 1,
    iterationStart = 0,
    easing = 'linear',
    ...timing
  } = (effect as KeyframeEffect).getComputedTiming();
  return {
    delay,
    endDelay,
    duration: Number(duration),
    iterations,
    iterationStart,
    easing,
    direction: DIRECTIONS.indexOf(timing.direction ?? 'normal'),
    fill: Math.max(0, FILLS.indexOf(timing.fill as (typeof FILLS)[number])),
    composite: COMPOSITES.indexOf(composite),
    keyframes: isMasked ? [] : (effect as KeyframeEffect).getKeyframes().slice(0, MAX_KEYFRAMES).map(keyframeOf),
  };
}

function keyframeOf({ computedOffset, easing, composite, ...values }: ComputedKeyframe): MovingKeyframe {
  return {
    offset: computedOffset,
    easing,
    composite: COMPOSITES.indexOf(composite),
    properties: Object.entries(values)
      .filter(([name]) => name !== 'offset')
      .map(([name, value]) => [propertyName(name), String(value)]),
  };
}

/** What style sheets call a property. */
function propertyName(name: string): string {
  if (name.startsWith('--')) return name;
  if (name === 'cssFloat' || name === 'cssOffset') return name.slice(3).toLowerCase();
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Each value of a keyframe counts for so many UTF-16 units at the least: their number is bounded as well. */
const LEAST_UNITS = 16;

/** How long what is told of an animation is, for the most part. */
export function unitsOf({ movement }: AnimationInfo): number {
  const { easing = '', keyframes = [] } = movement ?? {};
  const easings = keyframes.reduce((sum, frame) => sum + frame.easing.length, easing.length);
  const values = keyframes.flatMap(({ properties }) => properties);
  return values.reduce((sum, [name, value]) => sum + Math.max(LEAST_UNITS, name.length + value.length), easings);
}
