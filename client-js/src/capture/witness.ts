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
  /** Their names and ids: a toggle may put another field in their place. */
  const keys = new Set<string>();
  const seen = new WeakSet<Element>();
  const scrolled: WeakRef<Element>[] = [];

  function remember(field: HTMLInputElement): void {
    passwords.add(field);
    keys.add(field.name).add(field.id).delete('');
  }

  function scan(): void {
    document.querySelectorAll<HTMLInputElement>('input[type=password i]').forEach(remember);
  }

  function touched(event: Event): void {
    const field = event.composedPath()[0] as HTMLInputElement;
    if (field.type === 'password') remember(field);
  }

  function scrolls({ target }: Event): void {
    if (!(target instanceof Element) || seen.has(target)) return;
    seen.add(target);
    scrolled.push(new WeakRef(target));
    if (scrolled.length > MAX_SCROLLED) scrolled.shift();
  }

  const toggles = new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      if (/password/i.test(`${oldValue} ${(target as HTMLInputElement).type}`)) remember(target as HTMLInputElement);
    }
  });

  scan();
  document.addEventListener('DOMContentLoaded', scan);
  window.addEventListener('focusin', touched, true);
  window.addEventListener('input', touched, true);
  window.addEventListener('scroll', scrolls, true);
  toggles.observe(document, { subtree: true, attributeFilter: ['type'], attributeOldValue: true });

  return {
    wasPassword: (element) => passwords.has(element) || keys.has((element as HTMLInputElement).name) || keys.has(element.id),
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
