import { Modifier } from '../../protocol/action.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import { isTextField } from './fields.ts';
import type { Pointing } from './pointing.ts';
import type { Scrolling } from './scrolling.ts';
import type { Surface } from './surface.ts';

const ARROW_PIXELS = 40;
/** A page key moves a little less than a page, so that the eye finds its line again. */
const PAGE_SHARE = 0.9;
/** How long the consumer's focus, moved by the agent's Tab, brings an editor with it. */
const FOLLOW_MILLIS = 2_000;

const HELD = new Set(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified']);

export interface Keys {
  /** A key that an editor leaves to the page. */
  press(node: number, event: KeyboardEvent): void;
  /** The consumer's focus moved. */
  focusMoved(node: number): void;
  dispose(): void;
}

/** Keys on the overlay: to where the consumer's focus is, or what the agent clicked; scrolling keys scroll. */
export function createKeys(surface: Surface, pointing: Pointing, scrolling: Scrolling): Keys {
  const { session, mirror, overlay } = surface;
  let focused = 0;
  let followUntil = 0;

  function target(): number {
    if (focused !== 0 && mirror.nodeOf(focused)) return focused;
    if (pointing.clicked !== 0 && mirror.nodeOf(pointing.clicked)) return pointing.clicked;
    return (mirror.document && mirror.idOf(mirror.document.documentElement)) ?? 0;
  }

  function pressed(event: KeyboardEvent): void {
    if (HELD.has(event.key) || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === 'Escape' && event.shiftKey) return overlay.blur();
    if (scroll(event)) return event.preventDefault();
    if (!session.allows(FrameType.KEY)) {
      // Tab is the agent's own way on when it cannot be the page's.
      if (event.key !== 'Tab') surface.refuse('viewOnly');
      return;
    }
    const node = target();
    const element = mirror.nodeOf(node) as Element | null;
    // The editor gets the focus before the browser delivers this very key to it.
    if (event.key.length === 1 && element && isTextField(element) && pointing.work(element)) return;
    event.preventDefault();
    press(node, event);
  }

  function press(node: number, event: KeyboardEvent): void {
    if (node === 0 || !session.allows(FrameType.KEY)) return;
    if (event.key === 'Tab') followUntil = performance.now() + FOLLOW_MILLIS;
    session.key(node, event.key, (event.altKey ? Modifier.ALT : 0) | (event.shiftKey ? Modifier.SHIFT : 0));
  }

  function scroll(event: KeyboardEvent): boolean {
    const { width, height } = mirror.size;
    const page = height * PAGE_SHARE;
    const whole = Number.MAX_SAFE_INTEGER;
    const isArrowFree = focused === 0;
    const move = ((): readonly [number, number] | null => {
      switch (event.key) {
        case 'PageDown':
          return [0, page];
        case 'PageUp':
          return [0, -page];
        case 'End':
          return [0, whole];
        case 'Home':
          return [0, -whole];
        case 'ArrowDown':
          return isArrowFree ? [0, ARROW_PIXELS] : null;
        case 'ArrowUp':
          return isArrowFree ? [0, -ARROW_PIXELS] : null;
        default:
          return null;
      }
    })();
    return move !== null && scrolling.by(width / 2, height / 2, move[0], move[1]);
  }

  overlay.addEventListener('keydown', pressed);
  return {
    press,
    focusMoved(node) {
      const element = mirror.nodeOf(node);
      const isPage = element === mirror.document?.body || element === mirror.document?.documentElement;
      focused = isPage ? 0 : node;
      if (performance.now() > followUntil || !element || element.nodeType !== 1 || isPage) return;
      followUntil = 0;
      pointing.work(element as Element);
    },
    dispose: () => overlay.removeEventListener('keydown', pressed),
  };
}
