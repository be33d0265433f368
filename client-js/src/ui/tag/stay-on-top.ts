import { type Host, raise } from './host.ts';
import type { SessionFrame } from './session-frame.ts';

/** Keeps the session's frame visible and its buttons usable whatever the page does. @returns what stops it */
export function stayOnTop(host: Host, { layer, exit }: SessionFrame, end: () => void): () => void {
  const listening = new AbortController();
  const heard = { capture: true, signal: listening.signal };

  // While the page shows a modal dialog everything else is inert, so the browser gives clicks on the buttons to the dialog: the place decides.
  window.addEventListener(
    'click',
    (event) => {
      // A click by keyboard has no place, and the button hears it itself.
      if (!event.isTrusted || event.detail === 0) return;
      const button = Array.from(layer.querySelectorAll('button')).find((one) => isAt(one, event));
      if (!button) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      // The X asks nobody on its way.
      if (button === exit) end();
      else button.click();
    },
    heard,
  );
  // What enters the top layer later lies above: go on top again.
  window.addEventListener(
    'toggle',
    ({ target }) => {
      if (target instanceof HTMLElement && target.matches('[open],:popover-open')) raise(layer);
    },
    heard,
  );
  // The page may replace its whole content, even <html> itself (document.open).
  const removal = new MutationObserver(() => {
    if (host.element.isConnected) return;
    watch();
    document.documentElement.append(host.element);
    raise(layer);
  });

  function watch(): void {
    removal.observe(document, { childList: true });
    removal.observe(document.documentElement, { childList: true });
  }

  watch();
  return () => {
    listening.abort();
    removal.disconnect();
  };
}

function isAt(button: Element, { clientX: x, clientY: y }: MouseEvent): boolean {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
}
