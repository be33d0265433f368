import type { ActionFrame, Plan } from '../../delivery/action-inbox.ts';
import { type Action, decodeAction, type Refusal } from '../../protocol/action.ts';
import { MalformedBytes } from '../../protocol/bytes.ts';
import type { SessionInfo } from '../../protocol/control.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import { refuseAction } from '../../protocol/permission.ts';
import type { TextRange } from '../../protocol/text-range.ts';
import { createClicker, refuseClick } from './click.ts';
import { mayGoTo } from './destination.ts';
import { highlightedText } from './highlighted-text.ts';
import { edit, movesFocusToEdit, refuseEdit, refuseSelect, select } from './edit.ts';
import { movesFocus, press, refuseKey } from './keys.ts';
import { elementOf, type NodeIds, realmOf, type Scope, untouchable } from './reach.ts';

/** What acting needs of the session around it. */
export interface ActingContext {
  readonly ids: NodeIds;
  readonly origins: readonly string[];
  session(): SessionInfo;
  /** False while the consumer is typing, or stands in a field that the agent must not see: the next key would land elsewhere. */
  mayMoveFocus(): boolean;
  /** An element, or texts; in the place of what was highlighted before. */
  highlight(what: Element | readonly Range[] | undefined): void;
  wiggle(element: Element): void;
}

/** Decides what is to be done about an action of this document that came in time. */
export function createActing(context: ActingContext): (frame: ActionFrame) => Plan {
  const plan = createPlanner(context);

  return ({ type, sender, payload }) => {
    // The relay checked this too; the page trusts nobody.
    const { state, mode, participants } = context.session();
    const role = participants.find(({ number }) => number === sender)?.role;
    const refusal = refuseAction(role, state, mode, type);
    if (refusal) return refusal;
    try {
      return plan(decodeAction(type, payload).action);
    } catch (fault) {
      if (fault instanceof MalformedBytes) return 'malformed';
      // A page whose own elements break when they are asked (a form field named `elements`): nothing is done to it.
      return 'not-editable';
    }
  };
}

function createPlanner(context: ActingContext): (action: Action) => Plan {
  const scope: Scope = context;
  const clicker = createClicker(() => context.mayMoveFocus());
  const keepFocus = (): Refusal | undefined => (context.mayMoveFocus() ? undefined : 'consumer-typing');

  function on(id: number, planned: (element: Element) => Plan): Plan {
    const element = elementOf(scope.ids, id);
    return element ? planned(element) : 'no-such-node';
  }

  function planHighlight(element: Element, ranges: readonly TextRange[]): Plan {
    const what = ranges.length === 0 ? element : highlightedText(scope.ids, ranges);
    return typeof what === 'string' ? what : () => context.highlight(what);
  }

  return (action) => {
    switch (action.type) {
      case FrameType.CLICK:
        return on(action.node, (element) => refuseClick(scope, element, action.button) ?? (() => clicker.click(element, action)));
      case FrameType.INPUT:
        return on(
          action.node,
          (element) =>
            untouchable(scope, element) ??
            refuseEdit(element) ??
            (movesFocusToEdit(element) ? keepFocus() : undefined) ??
            (() => edit(element, action.value, action.commit)),
        );
      case FrameType.SELECT:
        return on(
          action.node,
          (element) => untouchable(scope, element) ?? refuseSelect(element, action.indices) ?? (() => select(element, action.indices)),
        );
      case FrameType.KEY:
        return on(
          action.node,
          (element) =>
            refuseKey(scope, element, action.key) ??
            (movesFocus(element, action.key) ? keepFocus() : undefined) ??
            (() => press(element, action.key, action.modifiers, scope.ids.shadowOf)),
        );
      case FrameType.FOCUS:
        return on(action.node, (element) => untouchable(scope, element) ?? keepFocus() ?? (() => focus(element)));
      case FrameType.SCROLL_TO:
        return on(action.node, (element) => () => scroll(element, action.left, action.top));
      case FrameType.HIGHLIGHT:
        if (action.node === 0) return () => context.highlight(undefined);
        return on(action.node, (element) => planHighlight(element, action.ranges ?? []));
      case FrameType.WIGGLE:
        return on(action.node, (element) => () => context.wiggle(element));
      case FrameType.NAVIGATE:
        return planNavigation(action.to, scope.origins);
    }
  };
}

function planNavigation(to: Extract<Action, { type: typeof FrameType.NAVIGATE }>['to'], origins: readonly string[]): Plan {
  switch (to.kind) {
    case 'url': {
      const url = resolve(to.url);
      return url !== undefined && mayGoTo(url, origins) ? () => location.assign(url) : 'not-allowed-url';
    }
    case 'reload':
      return () => location.reload();
    case 'back':
    case 'forward': {
      // The Navigation API knows the entries of this origin only: what lies beyond is not the agent's to visit.
      const { canGoBack = true, canGoForward = true } =
        (window as { navigation?: { canGoBack: boolean; canGoForward: boolean } }).navigation ?? {};
      if (to.kind === 'back') return canGoBack ? () => history.back() : 'not-allowed-url';
      return canGoForward ? () => history.forward() : 'not-allowed-url';
    }
  }
}

function resolve(url: string): string | undefined {
  try {
    return new URL(url, location.href).href;
  } catch {
    return undefined;
  }
}

function focus(element: Element): void {
  // Without the consumer's own touch no browser opens the soft keyboard for this; scrolling is the agent's SCROLL_TO.
  if ('focus' in element) (element as HTMLElement).focus({ preventScroll: true });
}

function scroll(element: Element, left: number, top: number): void {
  const { document } = realmOf(element);
  const isPage = element === document.documentElement;
  // 'instant': a page's own smooth scrolling would run behind the agent's wheel.
  (isPage ? realmOf(element) : element).scrollTo({ left, top, behavior: 'instant' });
}
