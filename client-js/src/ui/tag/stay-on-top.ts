import { type Host, raise } from './host.ts';
import type { SessionFrame } from './session-frame.ts';

/** Keeps the session's frame visible and its X usable whatever the page does. @returns what stops it */
export function stayOnTop(host: Host, { layer, exit }: SessionFrame, end: () => void): () => void {
  const listening = new AbortController();
  const heard = { capture: true, signal: listening.signal };

  // While the page shows a modal dialog everything else is inert, so the browser gives clicks on the X to the dialog: the place decides.
  window.addEventListener(
    'click',
    (event) => {
      const { left, right, top, bottom } = exit.getBoundingClientRect();
      const { clientX: x, clientY: y } = event;
      // A click by keyboard has no place, and the X hears it itself.
      if (!event.isTrusted || event.detail === 0 || x < left || x > right || y < top || y > bottom) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      end();
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
