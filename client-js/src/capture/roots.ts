import { type CssomListener, watchCssom } from './cssom-watch.ts';

/** What has a tree of its own: a document (the page's or a frame's) or a shadow root. */
export type Root = Document | ShadowRoot;

/** Events that tell of a change which no observer reports. Not all of them leave a shadow root: each root has its own listener. */
const EVENTS = ['scroll', 'load', 'input', 'change', 'reset', 'focusin', 'focusout'] as const;

const OBSERVED: MutationObserverInit = { subtree: true, childList: true, characterData: true, attributes: true };
/** Observed apart, with old values: a field that was a password for a moment between two batches stays masked. */
const OBSERVED_TYPE: MutationObserverInit = { subtree: true, attributeFilter: ['type'], attributeOldValue: true };

export interface RootListener extends CssomListener {
  mutated(records: readonly MutationRecord[]): void;
  typeChanged(records: readonly MutationRecord[]): void;
  event(event: Event): void;
}

/** The roots that are watched at present. */
export interface Roots {
  open(root: Root): void;
  close(root: Root): void;
  closeAll(): void;
  all(): ReadonlySet<Root>;
  /** Hands over the records that are not delivered yet. */
  takeRecords(): void;
}

export function createRoots(window: Window & typeof globalThis, listener: RootListener): Roots {
  const roots = new Set<Root>();
  const unwatch = new Map<Root, () => void>();
  const observer = new window.MutationObserver((records) => {
    takeTypes();
    listener.mutated(records);
  });
  const typeObserver = new window.MutationObserver((records) => {
    listener.typeChanged(records);
  });
  const onEvent = (event: Event): void => {
    listener.event(event);
  };

  function takeTypes(): void {
    const records = typeObserver.takeRecords();
    if (records.length > 0) listener.typeChanged(records);
  }

  function close(root: Root): void {
    if (!roots.delete(root)) return;
    for (const name of EVENTS) root.removeEventListener(name, onEvent, true);
    unwatch.get(root)?.();
    unwatch.delete(root);
  }

  return {
    open(root) {
      // Again for a root that is open already: document.open() takes listeners and observers away.
      roots.add(root);
      observer.observe(root, OBSERVED);
      typeObserver.observe(root, OBSERVED_TYPE);
      for (const name of EVENTS) root.addEventListener(name, onEvent, { capture: true, passive: true });
      const view = 'defaultView' in root ? root.defaultView : null;
      if (view !== null && !unwatch.has(root)) unwatch.set(root, watchCssom(view, listener));
    },
    close,
    closeAll() {
      observer.disconnect();
      typeObserver.disconnect();
      for (const root of [...roots]) close(root);
    },
    all: () => roots,
    takeRecords() {
      takeTypes();
      const records = observer.takeRecords();
      if (records.length > 0) listener.mutated(records);
    },
  };
}
