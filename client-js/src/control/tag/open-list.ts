import type { LateContext, LateState } from '../../capture/late-state.ts';
import { enclosing, type ShadowOf, targetOf } from '../../inner-roots.ts';
import { PageOp, StateKind } from '../../protocol/page-op.ts';
import type { Documents } from './documents.ts';
import { isTag, nearest } from './reach.ts';

/** Where something happens after which a list may be open that was not, or the other way. */
const EVENTS = ['mousedown', 'mouseup', 'click', 'keydown', 'keyup', 'change', 'focusout'] as const;

/** Keys that press a button, whose page may then open a list (`showPicker()`). */
const PRESSING = new Set(['Enter', ' ']);
const OPENING = new Set([' ', 'F4']);
const CLOSING = new Set(['Escape', 'Enter', 'Tab']);

/** Which list of a select element is open. */
interface Opening {
  heard(event: Event): void;
  now(): HTMLSelectElement | undefined;
}

/** Tells when the consumer has the list of a select element open. */
export function createOpenList(documents: Documents, { known, shadowOf, changed }: LateContext, signal: AbortSignal): LateState {
  const opening = CSS.supports('selector(select:open)') ? byState(shadowOf) : byEvents(shadowOf);
  let told = 0;

  function heard(event: Event): void {
    // Browsers open no list for what a script made up.
    if (!event.isTrusted) return;
    opening.heard(event);
    changed();
  }

  documents.each((document) => {
    for (const type of EVENTS) document.addEventListener(type, heard, { capture: true, passive: true, signal });
  });

  return {
    write(writer) {
      const select = opening.now();
      const entry = select && known(select);
      const id = entry && !entry.masked ? entry.id : 0;
      if (id === told) return;
      told = id;
      writer.numbers(PageOp.STATE, StateKind.OPEN_LIST, ...(id === 0 ? [0] : [1, id]));
    },
    reset() {
      told = 0;
    },
  };
}

/** Where the browser says so, however the list was opened. */
function byState(shadowOf: ShadowOf): Opening {
  /** Documents and shadow roots in which a list may have been opened since. */
  const roots = new Set<Document | ShadowRoot>();
  let open: HTMLSelectElement | undefined;
  return {
    heard(event) {
      const target = targetOf(event, shadowOf) ?? null;
      if (event.type === 'keydown' && !isTag(target, 'select') && !PRESSING.has((event as KeyboardEvent).key)) return;
      for (let node = target; node; node = enclosing(node))
        if (node.nodeType !== Node.ELEMENT_NODE) roots.add(node as Document | ShadowRoot);
    },
    now() {
      if (open?.isConnected && open.matches(':open')) return open;
      open = undefined;
      for (const root of roots) open ??= root.querySelector<HTMLSelectElement>('select:open') ?? undefined;
      roots.clear();
      return open;
    },
  };
}

/** Elsewhere by what opens and closes lists in all browsers; one that a script opens is not seen. */
function byEvents(shadowOf: ShadowOf): Opening {
  let open: { readonly select: HTMLSelectElement; readonly by: Event } | undefined;
  return {
    heard(event) {
      const select = listAt(event, shadowOf);
      const isOpen = select !== undefined && select === open?.select;
      switch (event.type) {
        case 'mousedown':
          open = select && !isOpen && (event as MouseEvent).button === 0 ? { select, by: event } : undefined;
          return;
        case 'keydown': {
          const { key, altKey } = event as KeyboardEvent;
          if (isOpen && (CLOSING.has(key) || key === ' ')) open = undefined;
          else if (select && (OPENING.has(key) || (altKey && /^Arrow(?:Up|Down)$/.test(key)))) open = { select, by: event };
          return;
        }
        // An open list may keep to itself that a key went down.
        case 'keyup':
          if (isOpen && CLOSING.has((event as KeyboardEvent).key)) open = undefined;
          return;
        case 'change':
        case 'focusout':
          if (isOpen) open = undefined;
      }
    },
    now: () => (open?.select.isConnected && !open.by.defaultPrevented ? open.select : undefined),
  };
}

/** The select element with a list to open at which something happens. */
function listAt(event: Event, shadowOf: ShadowOf): HTMLSelectElement | undefined {
  const target = targetOf(event, shadowOf);
  const select = target && nearest(target, 'select');
  return isTag(select, 'select') && !select.multiple && select.size <= 1 && !select.matches(':disabled') ? select : undefined;
}
