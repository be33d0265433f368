import { ModalState } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import { deepestFocus, type ShadowOf } from '../inner-roots.ts';
import type { NodeTable } from './node-table.ts';

/** What shows without being in the tree: scroll positions, viewport, focus, open dialogs, the address. */
export interface ViewState {
  scrolled(target: Document | Element): void;
  resized(): void;
  /** A dialog, or an element that can be a popover. */
  track(element: HTMLElement): void;
  /** Writes what differs from what was sent. */
  write(writer: PageWriter): void;
  forget(node: Node): void;
  /** A keyframe starts: all is to be sent that is not as in a page just loaded. */
  reset(): void;
}

export function createViewState(
  window: Window,
  table: NodeTable,
  shadowOf: ShadowOf,
  scrolledBefore: Iterable<Document | Element>,
): ViewState {
  const { document } = window;
  /** Everything that was ever seen to scroll: a keyframe asks these for their positions, and no other element. */
  const everScrolled = new Set<Document | Element>([document, ...scrolledBefore]);
  const pending = new Set<Document | Element>();
  const dialogs = new Map<HTMLElement, ModalState>();
  let hasResized = false;
  let dpr = 0;
  let focused = 0;
  let url = '';

  function writeScrolls(writer: PageWriter): void {
    for (const target of pending) {
      const entry = table.known(target);
      if (entry !== undefined) writer.scroll(entry.id, ...positionOf(target));
      // One that is still to be sent is told with it.
      if (entry !== undefined || !target.isConnected) pending.delete(target);
    }
  }

  function writeViewport(writer: PageWriter): void {
    if (!hasResized && window.devicePixelRatio === dpr) return;
    hasResized = false;
    dpr = window.devicePixelRatio;
    const { width, height } = layoutViewport(document);
    writer.viewport(width, height, dpr);
  }

  function writeDialogs(writer: PageWriter): void {
    for (const [dialog, before] of dialogs) {
      const entry = table.known(dialog);
      const state = modalState(dialog);
      if (entry === undefined || state === before) continue;
      dialogs.set(dialog, state);
      writer.modal(entry.id, state);
    }
  }

  function writeFocus(writer: PageWriter): void {
    const element = deepestFocus(shadowOf, document);
    const id = element === null ? 0 : (table.known(element)?.id ?? 0);
    if (id === focused) return;
    focused = id;
    writer.focus(id);
  }

  return {
    scrolled(target) {
      everScrolled.add(target);
      pending.add(target);
    },
    resized() {
      hasResized = true;
    },
    track(element) {
      // The attribute tells the mirror that a dialog is open; nothing does so for a popover.
      if (!dialogs.has(element))
        dialogs.set(element, (element as Partial<HTMLDialogElement>).open === true ? ModalState.OPEN : ModalState.CLOSED);
    },
    write(writer) {
      writeDialogs(writer);
      writeViewport(writer);
      writeScrolls(writer);
      writeFocus(writer);
      if (window.location.href !== url) writer.url((url = window.location.href));
    },
    forget(node) {
      if (node !== document) everScrolled.delete(node as Element);
      pending.delete(node as Element);
      dialogs.delete(node as HTMLElement);
    },
    reset() {
      for (const target of everScrolled) pending.add(target);
      dialogs.clear();
      hasResized = false;
      dpr = window.devicePixelRatio;
      focused = 0;
      url = window.location.href;
    },
  };
}

function positionOf(target: Document | Element): [left: number, top: number] {
  if ('scrollLeft' in target) return [target.scrollLeft, target.scrollTop];
  const view = target.defaultView;
  return view === null ? [0, 0] : [view.scrollX, view.scrollY];
}

function modalState(element: HTMLElement): ModalState {
  if (element.localName !== 'dialog') return element.matches(':popover-open') ? ModalState.OPEN : ModalState.CLOSED;
  if (!(element as HTMLDialogElement).open) return ModalState.CLOSED;
  return element.matches(':modal') ? ModalState.MODAL : ModalState.OPEN;
}

/** The size that the page is laid out in: without the scroll bars, which the mirror does not have. */
export function layoutViewport({ compatMode, documentElement, body, defaultView }: Document): {
  readonly width: number;
  readonly height: number;
} {
  const root = (compatMode === 'BackCompat' ? body : documentElement) as Element | null;
  return { width: root?.clientWidth || (defaultView?.innerWidth ?? 0), height: root?.clientHeight || (defaultView?.innerHeight ?? 0) };
}
