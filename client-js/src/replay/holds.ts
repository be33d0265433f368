import { HoldKind } from '../protocol/page-op.ts';

/** Boxes of elements whose content is still to come: they keep the room that they take up at the consumer, so that nothing jumps when it comes. */
export interface Holds {
  /** Sizes in CSS pixels, of the border box; a height alone as the element's own styles count it. */
  hold(element: Element, kind: HoldKind, width: number, height: number): void;
  /** The element's own style has changed meanwhile. */
  restyled(element: Element): void;
  /** Whether content of the element is still to come. */
  isHeld(element: Element): boolean;
}

interface Held {
  readonly declarations: readonly (readonly [property: string, value: string])[];
  /** The page's own style attribute. */
  own: string | null;
}

/** What is still to come looks like a page that is being loaded, and not like an empty one. */
const COMING: readonly (readonly [string, string])[] = [
  ['background-image', 'repeating-linear-gradient(transparent 0 10px, rgb(128 128 128 / 12%) 10px 22px)'],
  ['background-clip', 'content-box'],
];

export function createHolds(): Holds {
  const held = new WeakMap<Element, Held>();

  function dress(element: Element, { declarations }: Held): void {
    // A form's field may have this name.
    const style = Reflect.get(HTMLElement.prototype, 'style', element);
    for (const [property, value] of declarations) style.setProperty(property, value, 'important');
  }

  function undress(element: Element, { own }: Held): void {
    // Chromium leaves an empty attribute where one is removed that it has not written out since the style was changed.
    element.setAttribute('style', own ?? '');
    if (own === null) element.removeAttribute('style');
  }

  return {
    hold(element, kind, width, height) {
      const before = held.get(element);
      if (before !== undefined) undress(element, before);
      held.delete(element);
      if (kind === HoldKind.NONE || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') return;
      const now: Held = { declarations: declarationsOf(element, kind, width, height), own: element.getAttribute('style') };
      held.set(element, now);
      dress(element, now);
    },
    restyled(element) {
      const now = held.get(element);
      if (now === undefined) return;
      now.own = element.getAttribute('style');
      dress(element, now);
    },
    isHeld: (element) => held.has(element),
  };
}

function declarationsOf(element: Element, kind: HoldKind, width: number, height: number): Held['declarations'] {
  const box: [string, string] = ['box-sizing', 'border-box'];
  switch (kind) {
    case HoldKind.HEIGHT:
      return [['min-height', `${height}px`]];
    case HoldKind.TRACKS:
      // Else the rows that are there would share the room of those that are not.
      return [
        ['min-height', `${height}px`],
        ['align-content', 'start'],
      ];
    case HoldKind.WIDTH:
      return [box, ['width', `${width}px`], ['min-width', `${width}px`]];
    case HoldKind.BOX:
    case HoldKind.NONE:
      return [
        box,
        ['width', `${width}px`],
        ['height', `${height}px`],
        ['flex', 'none'],
        ...(element.hasChildNodes() || element.shadowRoot ? [] : COMING),
      ];
  }
}
