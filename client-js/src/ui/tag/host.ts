import { addStyles, FRAME_STYLES } from './styles.ts';

/** The one element that the tag adds to the page: appended to <html> while there is something to show, out of the flow, never captured. */
export interface Host {
  readonly element: HTMLElement;
  readonly root: ShadowRoot;
  /** Puts something on top of the page; with `popover="manual"` on top of its dialogs and popovers too. */
  add(child: HTMLElement): void;
  remove(child: HTMLElement): void;
}

/** Page styles such as `html > * { … }` must not reach what tells the consumer that someone is watching. */
const SHIELD = 'all:initial!important;position:fixed!important;z-index:2147483647!important';

export function createHost(): Host {
  const host = document.createElement('tandem-ui');
  const root = host.attachShadow({ mode: 'open' });
  host.style.cssText = SHIELD;
  addStyles(root, FRAME_STYLES);

  return {
    element: host,
    root,
    add(child) {
      root.append(child);
      if (!host.isConnected) document.documentElement.append(host);
      raise(child);
    },
    remove(child) {
      child.remove();
      if (!root.childElementCount) host.remove();
    },
  };
}

/** Puts an element on top of the page's own dialogs and popovers, or back on top. */
export function raise(child: HTMLElement): void {
  if (!child.popover) return;
  if (child.matches(':popover-open')) child.hidePopover();
  child.showPopover();
}
