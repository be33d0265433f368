/** Scrolled elements remembered for the first keyframe; a page rarely scrolls more than a few inner boxes. */
const MAX_SCROLLED = 256;

/**
 * What capture has to know of the time before it was loaded: a "show password" toggle leaves no trace in the page, and asking every element
 * for its scroll position forces layout. It watches for as long as the page lives, for the next session as well.
 */
export interface Witness {
  wasPassword(element: Element): boolean;
  readonly scrolled: Iterable<Element>;
}

export function bearWitness(window: Window & typeof globalThis): Witness {
  const { document } = window;
  const passwords = new WeakSet<Element>();
  const seen = new WeakSet<Element>();
  const scrolled: WeakRef<Element>[] = [];

  function scan(): void {
    for (const field of document.querySelectorAll('input[type=password i]')) passwords.add(field);
  }

  function touched(event: Event): void {
    const field = event.composedPath()[0] as HTMLInputElement;
    if (field.type === 'password') passwords.add(field);
  }

  function scrolls({ target }: Event): void {
    if (!(target instanceof Element) || seen.has(target)) return;
    seen.add(target);
    scrolled.push(new WeakRef(target));
    if (scrolled.length > MAX_SCROLLED) scrolled.shift();
  }

  const toggles = new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      if (/password/i.test(`${oldValue} ${(target as HTMLInputElement).type}`)) passwords.add(target as Element);
    }
  });

  scan();
  document.addEventListener('DOMContentLoaded', scan);
  window.addEventListener('focusin', touched, true);
  window.addEventListener('input', touched, true);
  window.addEventListener('scroll', scrolls, true);
  toggles.observe(document, { subtree: true, attributeFilter: ['type'], attributeOldValue: true });

  return {
    wasPassword: (element) => passwords.has(element),
    scrolled: {
      *[Symbol.iterator]() {
        for (const reference of scrolled) {
          const element = reference.deref();
          if (element) yield element;
        }
      },
    },
  };
}
