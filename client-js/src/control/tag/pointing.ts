import { FrameType } from '../../protocol/frame-type.ts';
import { encodePointer, toFraction } from '../../protocol/pointer.ts';
import type { Spot } from '../../protocol/action.ts';
import { enclosing, innermost, type ShadowOf, targetOf } from '../../inner-roots.ts';
import { editingHost, isTextField } from './edit.ts';
import type { Documents } from './documents.ts';

/** Without a key for this long, the consumer is no longer typing. */
const TYPING_MILLIS = 2_000;

export interface PointingContext {
  readonly documents: Documents;
  readonly idOf: (node: Node) => number;
  readonly shadowOf: ShadowOf;
  readonly ignores: (node: Node) => boolean;
  readonly send: (type: FrameType, payload: Uint8Array) => void;
  /** Least time between two cursor frames. */
  readonly cursorMillis: () => number;
  /** Where the consumer's focus is at the start. */
  readonly focused: Element | null;
}

/** What is kept of a pointer event: its path is gone once it has been dispatched. */
interface Pointed {
  /** Undefined: the pointer left the page. */
  readonly target: EventTarget | undefined;
  readonly clientX: number;
  readonly clientY: number;
}

const pointedAt = (event: PointerEvent): Pointed => ({
  target: event.composedPath()[0],
  clientX: event.clientX,
  clientY: event.clientY,
});

const isNode = (target: EventTarget | undefined): target is Node => target !== undefined && 'nodeType' in target;

const isField = (node: Node): boolean => isTextField(node as Element) || editingHost(node as Element) !== undefined;

/** Tells where the consumer points, clicks and types. */
export interface Pointing {
  /** Whether the consumer is in the middle of typing: then the agent must not move the focus. */
  isTyping(): boolean;
  stop(): void;
}

export function startPointing({ documents, idOf, shadowOf, ignores, send, cursorMillis, focused }: PointingContext): Pointing {
  const listening = new AbortController();
  const heard = { capture: true, passive: true, signal: listening.signal };
  let latest: Pointed | undefined;
  let isNowhere = true;
  let cursorTimer: ReturnType<typeof setTimeout> | undefined;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  // Whoever stands in a field now may have typed before this was loaded.
  let typedAt = focused && isField(focused) ? performance.now() : -TYPING_MILLIS;
  let typingIn = 0;

  /** What the pointer is over; undefined: nothing of the page. */
  function nodeAt({ target, clientX, clientY }: Pointed): Node | undefined {
    return isNode(target) ? innermost(target, shadowOf, (root) => root.elementFromPoint(clientX, clientY)) : undefined;
  }

  /** The spot under the pointer; undefined where the mirror has nothing. */
  function spotOf(pointed: Pointed): Spot | undefined {
    const { clientX, clientY } = pointed;
    let node = nodeAt(pointed) ?? null;
    if (!node || ignores(node)) return undefined;
    // What the mirror leaves out (the content of a closed shadow root that was there before the tag) counts as what is around it.
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
    else if (type === FrameType.CURSOR && !isNowhere) send(type, encodePointer({ type, node: 0, x: 0, y: 0 }));
    if (type === FrameType.CURSOR) isNowhere = spot === undefined;
  }

  function moved(event: PointerEvent): void {
    if (!event.isTrusted) return;
    latest = pointedAt(event);
    if (cursorTimer !== undefined) return;
    tellLatest();
    tellSoon();
  }

  /** A mouse that left a frame comes to the page around it in a moment: told only if it does not. A finger that is lifted leaves the cursor where it was. */
  function left(event: PointerEvent): void {
    if (!event.isTrusted || event.relatedTarget !== null || event.pointerType === 'touch') return;
    latest = { target: undefined, clientX: 0, clientY: 0 };
    if (cursorTimer === undefined) tellSoon();
  }

  function tellSoon(): void {
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
    const target = targetOf(event, shadowOf);
    if (!event.isTrusted || !target || !isField(target)) return;
    typedAt = performance.now();
    tellTyping(idOf(target));
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => tellTyping(0), TYPING_MILLIS);
  }

  function tellTyping(node: number): void {
    if (node !== typingIn) send(FrameType.TYPING, encodePointer({ type: FrameType.TYPING, node }));
    typingIn = node;
  }

  documents.each((document) => {
    document.addEventListener('pointermove', moved, heard);
    document.addEventListener('pointerout', left, heard);
    document.addEventListener('pointerdown', pressed, heard);
    // What is under a resting pointer changes when the page scrolls.
    document.addEventListener('pointerover', moved, heard);
    document.addEventListener('keydown', typed, heard);
    document.addEventListener('input', typed, heard);
  });

  return {
    isTyping: () => performance.now() - typedAt < TYPING_MILLIS,
    stop() {
      listening.abort();
      clearTimeout(cursorTimer);
      clearTimeout(typingTimer);
    },
  };
}
