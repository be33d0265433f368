import { type Action, Modifier, type Refusal } from '../../protocol/action.ts';
import type { FrameType } from '../../protocol/frame-type.ts';
import { enclosing } from '../../inner-roots.ts';
import { fromFraction } from '../../protocol/pointer.ts';
import { addressOf, inThisTab, linkAround, mayGoTo, submitsTo } from './destination.ts';
import { isTag, nearest, realmOf, type Scope, untouchable } from './reach.ts';

export type Click = Extract<Action, { type: typeof FrameType.CLICK }>;

const FOCUSABLE =
  'a[href],area[href],button,input,select,textarea,summary,iframe,[tabindex],[contenteditable]:not([contenteditable=false i])';

/** What `MouseEvent.buttons` says while the button 0, 1 or 2 is down. */
const BUTTONS = [1, 4, 2] as const;

/** Why a click is not carried out; undefined when it may be. */
export function refuseClick(scope: Scope, element: Element, button = 0): Refusal | undefined {
  const refusal = untouchable(scope, element);
  if (refusal) return refusal;
  const label = nearest(element, 'label');
  // A click on a label is a click on its field.
  if (isTag(label, 'label') && label.control) {
    const onControl = untouchable(scope, label.control);
    if (onControl) return onControl;
  }
  const link = linkAround(element);
  // The middle button opens a tab, a download writes a file of the consumer's: both are outside this page.
  if (link && (button === 1 || link.hasAttribute('download') || !mayGoTo(addressOf(link), scope.origins))) return 'not-allowed-url';
  const form = submitsTo(element);
  return form !== undefined && !mayGoTo(form, scope.origins) ? 'not-allowed-url' : undefined;
}

/** Clicks as a person does: every event in order, at a place on the element. Remembers where its pointer was. */
export interface Clicker {
  click(element: Element, click: Click): void;
}

/** @param mayMoveFocus false while the consumer is typing: the next key would land in another field */
export function createClicker(mayMoveFocus: () => boolean): Clicker {
  let hovered: Element | undefined;

  function click(element: Element, click: Click): void {
    const { PointerEvent, MouseEvent } = realmOf(element);
    const { button } = click;
    const place = placeOn(element, click, linkAround(element) !== null);
    const pointer = { ...place, pointerId: 1, pointerType: 'mouse', isPrimary: true };
    const fire = (event: Event): boolean => element.dispatchEvent(event);

    enter(element, pointer);
    fire(new PointerEvent('pointermove', { ...pointer, button: -1 }));
    fire(new MouseEvent('mousemove', place));

    const down = { button, buttons: BUTTONS[button as 0 | 1 | 2], detail: click.clicks };
    const up = { button, buttons: 0, detail: click.clicks };
    // A page that cancels pointerdown gets no mouse events for it.
    const mouse = fire(new PointerEvent('pointerdown', { ...pointer, ...down, detail: 0, pressure: 0.5 }));
    if (mouse && fire(new MouseEvent('mousedown', { ...place, ...down })) && mayMoveFocus()) moveFocus(element);
    fire(new PointerEvent('pointerup', { ...pointer, ...up, detail: 0 }));
    if (mouse) fire(new MouseEvent('mouseup', { ...place, ...up }));

    if (button === 1) fire(new PointerEvent('auxclick', { ...pointer, ...up }));
    else if (button === 2) fire(new PointerEvent('contextmenu', { ...pointer, ...up, buttons: 2 }));
    else inThisTab(element, () => fire(new PointerEvent('click', { ...pointer, ...up })));
    if (button === 0 && click.clicks === 2) fire(new MouseEvent('dblclick', { ...place, ...up }));
  }

  /** Leaves the element where the pointer was and enters this one and what is around it. */
  function enter(element: Element, pointer: PointerEventInit): void {
    if (element === hovered) return;
    const before = hovered?.isConnected ? pathOf(hovered) : [];
    const now = pathOf(element);
    const { PointerEvent, MouseEvent } = realmOf(element);
    if (hovered?.isConnected) {
      hovered.dispatchEvent(new PointerEvent('pointerout', { ...pointer, relatedTarget: element }));
      hovered.dispatchEvent(new MouseEvent('mouseout', { ...pointer, relatedTarget: element }));
    }
    const quiet = { ...pointer, bubbles: false, cancelable: false };
    for (const left of before.filter((one) => !now.includes(one))) {
      left.dispatchEvent(new PointerEvent('pointerleave', quiet));
      left.dispatchEvent(new MouseEvent('mouseleave', quiet));
    }
    element.dispatchEvent(new PointerEvent('pointerover', { ...pointer, relatedTarget: hovered ?? null }));
    const entered = now.filter((one) => !before.includes(one)).reverse();
    for (const one of entered) one.dispatchEvent(new PointerEvent('pointerenter', quiet));
    element.dispatchEvent(new MouseEvent('mouseover', { ...pointer, relatedTarget: hovered ?? null }));
    for (const one of entered) one.dispatchEvent(new MouseEvent('mouseenter', quiet));
    hovered = element;
  }

  return { click };
}

function pathOf(element: Element): Element[] {
  const path: Element[] = [];
  for (let node: Node | null = element; node; node = enclosing(node)) {
    if (node.nodeType === Node.DOCUMENT_NODE) break;
    if (node.nodeType === Node.ELEMENT_NODE) path.push(node as Element);
  }
  return path;
}

function placeOn(element: Element, { x, y, modifiers }: Click, onLink: boolean): MouseEventInit {
  const view = realmOf(element);
  const { left, top, width, height } = element.getBoundingClientRect();
  const clientX = left + width * fromFraction(x);
  const clientY = top + height * fromFraction(y);
  // Modifiers on a link open windows and downloads.
  const held = onLink ? 0 : modifiers;
  return {
    view,
    bubbles: true,
    cancelable: true,
    composed: true,
    clientX,
    clientY,
    screenX: view.screenX + clientX,
    screenY: view.screenY + clientY,
    altKey: (held & Modifier.ALT) !== 0,
    ctrlKey: (held & Modifier.CTRL) !== 0,
    metaKey: (held & Modifier.META) !== 0,
    shiftKey: (held & Modifier.SHIFT) !== 0,
  };
}

/** What a press of the button does to the focus: the nearest element that can have it, else nothing has it. */
export function moveFocus(element: Element): void {
  const target = nearest(element, FOCUSABLE);
  if (target && 'focus' in target) (target as HTMLElement).focus({ preventScroll: true });
  else (element.ownerDocument.activeElement as HTMLElement | null)?.blur();
}
