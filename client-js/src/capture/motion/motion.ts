import { type AnimationInfo, writeAnimation, writeAnimationState } from '../../protocol/animation.ts';
import { PAGE_PART_BYTES } from '../../protocol/limits.ts';
import { ALL_OTHERS, AnimationKind, AnimationState } from '../../protocol/page-op.ts';
import type { PageWriter } from '../../protocol/page-writer.ts';
import type { LateContext, LateState } from '../late-state.ts';
import { createWraps, type Wraps } from '../wrap.ts';
import { isInStep, isOver, isTimed, kindOf, leftMillis, movementOf, stateOf, targetOf, type Told, unitsOf } from './reading.ts';

/** Animations that a mirror is told of at once; of a page with more the others stay as they would be without. */
const MAX_TOLD = 256;
/** The keyframes of all those together, in UTF-16 units ... */
const MAX_TOLD_UNITS = 131_072;
/** ... of each, which is no more than MAX_KEYFRAME_VALUES values ... */
const MAX_UNITS = 16_384;
/** ... and what goes into one batch of it; the rest goes into the next. */
const MAX_BATCH_UNITS = 16_384;
/** Animations that are looked at, at the most. */
const MAX_TRACKED = 1_024;
/** A transition that has less time left than this, in ms, is over before anybody saw it. */
const BRIEF_MILLIS = 100;
/** Of the main thread's time, what looking for animations may take: it has the browser compute styles that the page has just changed, which would come with the next frame. */
const LOOK_SHARE = 0.01;
/** No look is put off for longer than this, in ms. */
const LOOK_WITHIN_MILLIS = 2_000;

const METHODS = ['play', 'pause', 'cancel', 'finish', 'reverse', 'updatePlaybackRate'] as const;
const SETTERS = ['currentTime', 'startTime', 'playbackRate', 'effect', 'timeline'] as const;

/** An animation of the page. */
interface Tracked {
  /** 0: the mirror was not told of it. */
  number: number;
  /** Id of its element then. */
  target: number;
  /** Of its keyframes then. */
  units: number;
  told: Told | undefined;
}

/** Tells what moves, and where it is. @param signal ends it, and leaves nothing of it in the page */
export function createMotion({ known, roots, isWhole, changed }: LateContext, signal: AbortSignal): LateState {
  const tracked = new Map<Animation, Tracked>();
  const watched = new Map<Window, Wraps>();
  let lastNumber = 0;
  let toldCount = 0;
  let toldUnits = 0;
  let lookAt = 0;
  let hasLookedOnce = false;
  /** All that moves in the part of the page that went out was told. */
  let isComplete = false;
  /** A part of the page had not gone out. */
  let hadRest = true;
  /** What was told in a batch that took longer to send than others: by the end of it, it has gone on. */
  let late: Tracked[] = [];
  /** Not in browsers from before 2020, whatever the types say. */
  const isAble = 'getAnimations' in document;

  function watch(view: Window & typeof globalThis): void {
    if (watched.has(view)) return;
    const wraps = createWraps();
    watched.set(view, wraps);
    const { Animation, KeyframeEffect, AnimationEffect } = view;
    wraps.add(view.Element, 'animate', (_, __, made) => {
      note(made as Animation);
    });
    const steered = (self: object): void => {
      note(self as Animation);
    };
    for (const name of METHODS) wraps.add(Animation, name, steered);
    for (const name of SETTERS) wraps.add(Animation, name, steered, 'set');
    wraps.add(KeyframeEffect, 'setKeyframes', remade);
    for (const name of ['target', 'pseudoElement', 'composite'] as const) wraps.add(KeyframeEffect, name, remade, 'set');
    wraps.add(AnimationEffect, 'updateTiming', remade);
  }

  /** A script has done something to an animation. */
  function note(animation: Animation): void {
    if (kindOf(animation) === AnimationKind.SCRIPTED) {
      track(animation);
      // What is done to a running one is done with the next frame.
      if (animation.pending) animation.ready.then(changed, changed);
    }
    changed();
  }

  /** An effect is another one now: those that have it are told anew. */
  function remade(effect: object): void {
    for (const [animation, entry] of tracked) if (animation.effect === effect) entry.target = 0;
    changed();
  }

  function track(animation: Animation): void {
    if (tracked.size < MAX_TRACKED && !tracked.has(animation)) tracked.set(animation, { number: 0, target: 0, units: 0, told: undefined });
  }

  /** Finds what runs, and forgets what does not. */
  function look(writer: PageWriter): void {
    const before = performance.now();
    const running = new Set<Animation>();
    const views = new Set<Window>();
    for (const root of roots()) {
      const { defaultView } = root.ownerDocument ?? root;
      if (defaultView !== null) views.add(defaultView);
      for (const one of root.getAnimations()) if (isTimed(one)) running.add(one);
    }
    for (const view of views) watch(view as Window & typeof globalThis);
    for (const [view, wraps] of watched) {
      if (views.has(view)) continue;
      wraps.undo();
      watched.delete(view);
    }
    for (const [animation, entry] of tracked) if (!running.has(animation)) end(writer, animation, entry);
    running.forEach(track);
    const now = performance.now();
    lookAt = now + Math.min(LOOK_WITHIN_MILLIS, (now - before) / LOOK_SHARE);
  }

  function end(writer: PageWriter, animation: Animation, entry: Tracked): void {
    tracked.delete(animation);
    retract(writer, animation, entry);
  }

  /** The mirror shows it no more. */
  function retract(writer: PageWriter, animation: Animation, entry: Tracked): void {
    const target = targetOf(animation);
    // One that is gone took the animation along.
    const isThere = target === null || known(target)?.id === entry.target;
    if (entry.number > 0 && isThere) writeAnimationState(writer, entry.number, AnimationState.GONE);
    forget(entry);
  }

  function forget(entry: Tracked): void {
    if (entry.number > 0) {
      toldCount--;
      toldUnits -= entry.units;
    }
    entry.number = entry.target = entry.units = 0;
    entry.told = undefined;
  }

  /** Tells what the mirror has to know of one; false where there is no room for it. */
  function tell(writer: PageWriter, animation: Animation, entry: Tracked): boolean {
    const target = targetOf(animation);
    const node = target && known(target);
    const kind = kindOf(animation);
    // An element that has not gone out, or is gone, and took the animation along.
    if (!node) forget(entry);
    else if (node.masked && kind === AnimationKind.SCRIPTED) retract(writer, animation, entry);
    else if (entry.target !== node.id && !define(writer, animation, entry, kind, node)) return false;
    const state = entry.number > 0 ? stateOf(animation) : undefined;
    if (state === undefined || isInStep(entry.told, state)) return true;
    entry.told = state;
    const play = state.isPaused ? AnimationState.PAUSED : AnimationState.RUNNING;
    writeAnimationState(writer, entry.number, play, Math.round(state.positionMillis * 100) / 100, state.rate);
    late.push(entry);
    return true;
  }

  function define(
    writer: PageWriter,
    animation: Animation,
    entry: Tracked,
    kind: AnimationKind,
    { id, masked }: { readonly id: number; readonly masked: boolean },
  ): boolean {
    if (kind === AnimationKind.TRANSITION && entry.number === 0 && leftMillis(animation) < BRIEF_MILLIS) return true;
    const { number } = entry;
    forget(entry);
    const info = infoOf(animation, kind, id, masked);
    const units = unitsOf(info);
    if (toldCount >= MAX_TOLD || units > MAX_UNITS || toldUnits + units > MAX_TOLD_UNITS) {
      if (number > 0) writeAnimationState(writer, number, AnimationState.GONE);
      return false;
    }
    entry.number = number > 0 ? number : ++lastNumber;
    entry.target = id;
    entry.units = units;
    toldCount++;
    toldUnits += units;
    writeAnimation(writer, entry.number, info);
    return true;
  }

  /** All that is tracked; true when the mirror knows all of it. */
  function tellAll(writer: PageWriter, hasLooked: boolean): boolean {
    const start = writer.size;
    let isAll = true;
    for (const [animation, entry] of tracked) {
      if (writer.size - start > MAX_BATCH_UNITS) {
        changed();
        return false;
      }
      const isScripted = kindOf(animation) === AnimationKind.SCRIPTED;
      // To ask one of styles where it is has the browser compute styles.
      if (!isScripted && !hasLooked) continue;
      if (isScripted && isOver(animation)) end(writer, animation, entry);
      else if (!tell(writer, animation, entry)) isAll = false;
    }
    return isAll;
  }

  signal.addEventListener('abort', () => {
    for (const wraps of watched.values()) wraps.undo();
    watched.clear();
    tracked.clear();
  });

  return {
    reset() {
      for (const entry of tracked.values()) forget(entry);
      hasLookedOnce = isComplete = false;
      hadRest = true;
      late = [];
    },
    write(writer) {
      if (!isAble) return;
      for (const entry of late) entry.told = undefined;
      late = [];
      // What comes to the mirror now may have come to rest long ago.
      isComplete &&= !hadRest;
      const hasLooked = hadRest || !hasLookedOnce || performance.now() >= lookAt;
      hadRest = !isWhole();
      hasLookedOnce = true;
      if (hasLooked) look(writer);
      const isAll = tellAll(writer, hasLooked);
      if (hasLooked && isAll && !isComplete) writeAnimationState(writer, ALL_OTHERS, AnimationState.GONE);
      isComplete ||= hasLooked && isAll;
      // A shorter batch is gone as soon as it is written.
      if (writer.size <= PAGE_PART_BYTES) late = [];
    },
  };
}

function infoOf(animation: Animation, kind: AnimationKind, target: number, isMasked: boolean): AnimationInfo {
  const { animationName = '', transitionProperty = '' } = animation as Partial<CSSAnimation & CSSTransition>;
  const movement = kind === AnimationKind.STYLED ? undefined : movementOf(animation, isMasked);
  return {
    target,
    pseudo: (animation.effect as KeyframeEffect).pseudoElement ?? '',
    kind,
    name: animationName || transitionProperty,
    movement,
  };
}
