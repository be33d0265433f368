import { FrameType } from '../../protocol/frame-type.ts';
import { encodePointer, toFraction } from '../../protocol/pointer.ts';
import type { Spot } from '../../protocol/action.ts';
import { editingHost, isTextField } from './edit.ts';
import { enclosing, isTag } from './reach.ts';

/** Without a key for this long, the consumer is no longer typing. */
const TYPING_MILLIS = 2_000;

export interface PointingContext {
  readonly idOf: (node: Node) => number;
  readonly ignores: (node: Node) => boolean;
  readonly send: (type: FrameType, payload: Uint8Array) => void;
  /** Least time between two cursor frames. */
  readonly cursorMillis: () => number;
}

/** What is kept of a pointer event: its path is gone once it has been dispatched. */
interface Pointed {
  readonly target: EventTarget | undefined;
  readonly clientX: number;
  readonly clientY: number;
}

const pointedAt = (event: PointerEvent): Pointed => ({
  target: event.composedPath()[0],
  clientX: event.clientX,
  clientY: event.clientY,
});

/** Tells where the consumer points, clicks and types. */
export interface Pointing {
  /** Whether the consumer is in the middle of typing: then the agent must not move the focus. */
  isTyping(): boolean;
  stop(): void;
}

export function startPointing({ idOf, ignores, send, cursorMillis }: PointingContext): Pointing {
  const listening = new AbortController();
  const heard = { capture: true, passive: true, signal: listening.signal };
  const listened = new WeakSet<Document>();
  let latest: Pointed | undefined;
  let cursorTimer: ReturnType<typeof setTimeout> | undefined;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let typedAt = -TYPING_MILLIS;
  let typingIn = 0;

  /** The spot under the pointer; undefined where the mirror has nothing. */
  function spotOf({ target, clientX, clientY }: Pointed): Spot | undefined {
    let node = target as Node | null;
    if (!node || !('nodeType' in node) || ignores(node)) return undefined;
    // What the mirror leaves out (a closed shadow root's content) counts as what is around it.
    while (node && (node.nodeType !== Node.ELEMENT_NODE || idOf(node) === 0)) node = enclosing(node);
    if (!node) return undefined;
    const { left, top, width, height } = (node as Element).getBoundingClientRect();
    return {
      node: idOf(node),
      x: toFraction(width > 0 ? (clientX - left) / width : 0),
      y: toFraction(height > 0 ? (clientY - top) / height : 0),
    };
  }

  function tell(type: typeof FrameType.CURSOR | typeof FrameType.CLICK_MARK, pointed: Pointed): void {
    const spot = spotOf(pointed);
    if (spot) send(type, encodePointer({ type, ...spot }));
  }

  function moved(event: PointerEvent): void {
    if (!event.isTrusted) return;
    latest = pointedAt(event);
    if (cursorTimer !== undefined) return;
    tellLatest();
    cursorTimer = setTimeout(() => {
      cursorTimer = undefined;
      tellLatest();
    }, cursorMillis());
  }

  function tellLatest(): void {
    if (latest) tell(FrameType.CURSOR, latest);
    latest = undefined;
  }

  function pressed(event: PointerEvent): void {
    if (!event.isTrusted) return;
    const pointed = pointedAt(event);
    tell(FrameType.CURSOR, pointed);
    tell(FrameType.CLICK_MARK, pointed);
  }

  function typed(event: Event): void {
    const target = event.composedPath()[0] as Element;
    if (!event.isTrusted || !('nodeType' in target) || !(isTextField(target) || editingHost(target))) return;
    typedAt = performance.now();
    tellTyping(idOf(target));
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => tellTyping(0), TYPING_MILLIS);
  }

  function tellTyping(node: number): void {
    if (node !== typingIn) send(FrameType.TYPING, encodePointer({ type: FrameType.TYPING, node }));
    typingIn = node;
  }

  /** Events inside a frame stay there; one of the same origin is listened to once the pointer or the focus is in it. */
  function entered({ target }: Event): void {
    const frame = target as Node | null;
    if (isTag(frame, 'iframe') && frame.contentDocument) listenIn(frame.contentDocument);
  }

  function listenIn(document: Document): void {
    if (listened.has(document)) return;
    listened.add(document);
    document.addEventListener('pointermove', moved, heard);
    document.addEventListener('pointerdown', pressed, heard);
    document.addEventListener('pointerover', entered, heard);
    document.addEventListener('focusin', entered, heard);
    document.addEventListener('keydown', typed, heard);
    document.addEventListener('input', typed, heard);
  }

  listenIn(document);
  return {
    isTyping: () => performance.now() - typedAt < TYPING_MILLIS,
    stop() {
      listening.abort();
      clearTimeout(cursorTimer);
      clearTimeout(typingTimer);
    },
  };
}
