import { type AnimationInfo, COMPOSITES, DIRECTIONS, FILLS, type Movement, type MovingKeyframe } from '../protocol/animation.ts';
import { MAX_ANIMATIONS } from '../protocol/limits.ts';
import { ALL_OTHERS, AnimationKind, AnimationState } from '../protocol/page-op.ts';
import type { PageVisitor } from '../protocol/page-reader.ts';
import { CannotApply, type NodeTable } from './node-table.ts';

/** An animation of styles that is not found may come with one of so many batches more: what starts it is still on its way. */
const MOST_SEARCHES = 20;

/** What runs, and is no further than this from where the page's is, in ms, is left alone: a jump would be seen, a lag is not. */
const TOLERATED_MILLIS = 50;

/**
 * What moves in a mirror. Animations of scripts are made anew; those that styles start by themselves are put where the page's are, and are over
 * where the page's are. A transition that the mirror's styles do not start, for want of what was there before, is made anew as well.
 */
export interface Motion {
  /** @throws CannotApply when the page has more animations than a mirror may hold, or the element is none */
  readonly visitor: Pick<PageVisitor, 'animation' | 'animationState'>;
  /** Carries out what a batch told, once all of the batch is there. */
  settle(): void;
  /** Styles have come, or time has stood still here: everything goes where it is to be now. */
  readonly again: () => void;
}

/** An animation of the page, and what shows it in the mirror. */
interface Moving {
  readonly info: AnimationInfo;
  readonly target: Element;
  /** Undefined: the mirror's styles have not started it. */
  animation: Animation | undefined;
  /** Whether it was made here, and is not one of styles. */
  isMade: boolean;
  told: Told | undefined;
  /** How often it was looked for in vain. */
  searches: number;
}

interface Told {
  readonly isPaused: boolean;
  readonly positionMillis: number;
  readonly rate: number;
  /** When that was told, in ms of the viewer's clock. */
  readonly atMillis: number;
}

/** What styles animate names what it is in one of two ways. */
type OfStyles = Animation & { readonly animationName?: string; readonly transitionProperty?: string };

/**
 * @param mirrored a property's value as a mirror may have it
 * @param now in ms, and never set back
 */
export function createMotion(
  nodes: NodeTable,
  mirrored: (value: string, on: Element) => string,
  now = (): number => performance.now(),
): Motion {
  const movings = new Map<number, Moving>();
  /** What was told since the last batch was settled. */
  const fresh = new Set<Moving>();
  /** What was not found with the last batch. */
  let lost = new Set<Moving>();
  /** Animations of styles that the page has no more. */
  let ended: Moving[] = [];
  /** Those that were ended here: the page may say later that they run after all. */
  const stopped = new Map<Element, OfStyles[]>();
  let hasMark = false;
  /** Whether what is not told is over. */
  let isComplete = false;

  function drop(number: number, moving: Moving): void {
    movings.delete(number);
    fresh.delete(moving);
    lost.delete(moving);
    if (moving.isMade) moving.animation?.cancel();
  }

  function find(moving: Moving): void {
    const { info, target } = moving;
    moving.animation = undefined;
    if (info.kind !== AnimationKind.SCRIPTED) {
      const held = new Set([...movings.values()].map(({ animation }) => animation));
      const all = [...target.getAnimations({ subtree: info.pseudo !== '' }), ...(stopped.get(target) ?? [])];
      moving.animation = all.find((one) => !held.has(one) && isThat(one, moving));
    }
    if (moving.animation !== undefined || info.movement === undefined) return;
    moving.animation = make(target, info, info.movement, (value) => mirrored(value, target));
    moving.isMade = true;
  }

  function put(moving: Moving): void {
    if (moving.told === undefined) return;
    if (moving.animation === undefined || (!moving.isMade && moving.animation.playState === 'idle')) find(moving);
    if (moving.animation !== undefined) steer(moving.animation, moving.told, now());
    else if (++moving.searches < MOST_SEARCHES) lost.add(moving);
  }

  /** Ends what styles have started, and the page does not have. */
  function endOthers(): void {
    const held = new Set([...movings.values()].map(({ animation }) => animation));
    for (const root of nodes.roots()) {
      for (const one of root.getAnimations() as OfStyles[]) {
        const target = targetOf(one);
        const isOfStyles = one.animationName !== undefined || one.transitionProperty !== undefined;
        // What scrolling drives is where the mirror is scrolled to.
        if (!isOfStyles || held.has(one) || target === null || one.timeline !== target.ownerDocument.timeline) continue;
        stop(one, target);
      }
    }
    for (const target of stopped.keys()) if (!target.isConnected) stopped.delete(target);
  }

  function stop(one: OfStyles, target: Element): void {
    one.cancel();
    const others = (stopped.get(target) ?? []).filter((other) => other !== one && other.playState === 'idle');
    if (one.animationName !== undefined) stopped.set(target, [...others, one]);
  }

  /** What the page ended may end by itself a moment later; what would go on is stopped, unless it is the page's next one by now. */
  function endGone(): void {
    const held = new Set([...movings.values()].map(({ animation }) => animation));
    for (const { animation, target } of ended) {
      if (animation !== undefined && !held.has(animation) && leftMillis(animation) > TOLERATED_MILLIS) stop(animation, target);
    }
    ended = [];
  }

  const visitor: Motion['visitor'] = {
    animation(number, info) {
      const target = nodes.element(info.target);
      const before = movings.get(number);
      if (before !== undefined) drop(number, before);
      if (movings.size >= MAX_ANIMATIONS) throw new CannotApply(`more than ${MAX_ANIMATIONS} animations`);
      movings.set(number, { info, target, animation: undefined, isMade: false, told: undefined, searches: 0 });
    },
    animationState(number, state, positionMillis, rate) {
      if (number === ALL_OTHERS) hasMark = true;
      const moving = movings.get(number);
      // Its element may have gone.
      if (moving === undefined) return;
      if (state === AnimationState.GONE) {
        drop(number, moving);
        if (!moving.isMade) ended.push(moving);
        return;
      }
      moving.told = { isPaused: state === AnimationState.PAUSED, positionMillis, rate, atMillis: now() };
      fresh.add(moving);
    },
  };

  return {
    visitor,
    settle() {
      for (const [number, moving] of movings) if (!moving.target.isConnected) drop(number, moving);
      const due = new Set([...lost, ...fresh]);
      lost = new Set();
      fresh.clear();
      for (const moving of due) put(moving);
      endGone();
      if (!hasMark) return;
      hasMark = false;
      isComplete = true;
      endOthers();
    },
    again() {
      for (const moving of movings.values()) put(moving);
      if (isComplete) endOthers();
    },
  };
}

function isThat(one: OfStyles, { info: { kind, name, pseudo }, target }: Moving): boolean {
  const own = kind === AnimationKind.STYLED ? one.animationName : one.transitionProperty;
  return own === name && targetOf(one) === target && ((one.effect as KeyframeEffect).pseudoElement ?? '') === pseudo;
}

const targetOf = (animation: Animation): Element | null => (animation.effect as KeyframeEffect | null)?.target ?? null;

/** How long it would still run, in ms. */
function leftMillis(animation: Animation): number {
  if (animation.playState === 'paused') return Infinity;
  if (animation.playState !== 'running' || animation.playbackRate === 0) return 0;
  return animation.playbackRate > 0 ? endOf(animation) - timeOf(animation) : timeOf(animation);
}

const timeOf = (animation: Animation): number => Number(animation.currentTime ?? 0);
const endOf = (animation: Animation): number => Number(animation.effect?.getComputedTiming().endTime ?? 0);

/** Has an animation be where it was told, and go on from there. */
function steer(animation: Animation, { isPaused, positionMillis, rate, atMillis }: Told, nowMillis: number): void {
  const passed = positionMillis + (isPaused ? 0 : (nowMillis - atMillis) * rate);
  // It stays where it ends.
  const wanted = rate > 0 ? Math.min(passed, Math.max(positionMillis, endOf(animation))) : Math.max(passed, Math.min(positionMillis, 0));
  try {
    if (animation.playbackRate !== rate) animation.playbackRate = rate;
    if (isPaused) {
      // One that styles have paused follows them on; one that is paused here does not.
      if (animation.playState !== 'paused') animation.pause();
      animation.currentTime = wanted;
      return;
    }
    const isStill = animation.playState === 'paused' || animation.playState === 'idle';
    if (!isStill && Math.abs(timeOf(animation) - wanted) <= TOLERATED_MILLIS) return;
    // One of styles still pauses with them then.
    if (rate === 0 || !isStill) animation.currentTime = wanted;
    // Not by play(): that goes back to the begin from where it ends, and waits for the next frame.
    else animation.startTime = Number(animation.timeline?.currentTime ?? 0) - wanted / rate;
  } catch {
    // A time that it cannot have.
    animation.cancel();
  }
}

/** Undefined where this browser cannot animate so. */
function make(target: Element, { pseudo }: AnimationInfo, movement: Movement, mirrored: (value: string) => string): Animation | undefined {
  const css = target.ownerDocument.defaultView?.CSS;
  if (css === undefined) return undefined;
  const easingOf = (easing: string): string => (css.supports('animation-timing-function', easing) ? easing : 'linear');
  const frameOf = ({ offset, easing, composite, properties }: MovingKeyframe): Keyframe => {
    // A property that this browser does not know would be taken for something else: a keyframe's own words are no properties.
    const known = properties.filter(([name]) => css.supports(name, 'initial'));
    const values = known.map(([name, value]) => [keyframeName(name), mirrored(value)] as const);
    return { ...Object.fromEntries(values), offset, easing: easingOf(easing), composite: COMPOSITES[composite] ?? 'auto' };
  };
  const { delay, endDelay, duration, iterations, iterationStart, easing, direction, fill, composite, keyframes } = movement;
  try {
    return target.animate(keyframes.map(frameOf), {
      ...{ delay, endDelay, duration, iterations, iterationStart },
      easing: easingOf(easing),
      direction: DIRECTIONS[direction] ?? 'normal',
      fill: FILLS[fill] ?? 'none',
      composite: (COMPOSITES[composite] ?? 'replace') as CompositeOperation,
      ...(pseudo === '' ? {} : { pseudoElement: pseudo }),
    });
  } catch {
    return undefined;
  }
}

/** What scripts call a property. */
function keyframeName(property: string): string {
  if (property.startsWith('--')) return property;
  if (property === 'float' || property === 'offset') return property === 'float' ? 'cssFloat' : 'cssOffset';
  return property.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
