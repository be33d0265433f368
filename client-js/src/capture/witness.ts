/** Scrolled elements remembered for the first keyframe; a page rarely scrolls more than a few inner boxes. */
const MAX_SCROLLED = 256;

/**
 * What capture has to know of the time before it was loaded: a "show password" toggle leaves no trace in the page, asking every element
 * for its scroll position forces layout, and a closed shadow root is given to nobody but whoever attaches it. It watches for as long as
 * the page lives, for the next session as well.
 */
export interface Witness {
  wasPassword(element: Element): boolean;
  /** Boxes, and the document. */
  scrolled(): readonly (Document | Element)[];
  /** Closed shadow roots by their hosts: of this window those that were attached since, of its frames what others add. */
  readonly closed: WeakMap<Node, ShadowRoot>;
}

export function bearWitness(): Witness {
  const passwords = new WeakSet<Element>();
  /** Their names and ids: a toggle may put another field in their place. */
  const keys = new Set<string>();
  const scrolled: WeakRef<Document | Element>[] = [];
  const closed = new WeakMap<Node, ShadowRoot>();

  function remember(field: HTMLInputElement): void {
    passwords.add(field);
    keys.add(field.name).add(field.id).delete('');
  }

  function scan(): void {
    document.querySelectorAll<HTMLInputElement>('input[type=password i]').forEach(remember);
  }

  function notice(event: Event): void {
    const target = event.composedPath()[0] as HTMLInputElement;
    if (target.type === 'password') remember(target);
    if (event.type !== 'scroll' || scrolled.some((one) => one.deref() === target)) return;
    if (scrolled.push(new WeakRef(target)) > MAX_SCROLLED) scrolled.shift();
  }

  const toggles = new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      if (/password/i.test(`${oldValue} ${(target as HTMLInputElement).type}`)) remember(target as HTMLInputElement);
    }
  });

  /** @param target hears what happens in the root */
  function watch(root: Node, target: EventTarget): void {
    for (const type of ['focusin', 'input', 'scroll']) target.addEventListener(type, notice, true);
    toggles.observe(root, { subtree: true, attributeFilter: ['type'], attributeOldValue: true });
  }

  scan();
  addEventListener('DOMContentLoaded', scan);
  watch(document, window);
  // A proxy is to a page what the method was: in its name, its length, and its text, which is native code.
  // Where a page has frozen it, closed roots stay unknown.
  const remembering = new Proxy(Element.prototype.attachShadow, {
    apply(attach, host: Element, init) {
      const root = Reflect.apply(attach, host, init) as ShadowRoot;
      if (root.mode === 'closed') {
        closed.set(host, root);
        watch(root, root);
      }
      return root;
    },
  });
  Reflect.set(Element.prototype, 'attachShadow', remembering);

  return {
    wasPassword: (element) => passwords.has(element) || keys.has((element as HTMLInputElement).name) || keys.has(element.id),
    scrolled: () => scrolled.flatMap((one) => one.deref() ?? []),
    closed,
  };
}
