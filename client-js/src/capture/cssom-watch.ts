/*
 * Rules that scripts change through the CSSOM are reported by no observer. While a session runs, the methods that change them
 * are wrapped, per window; at its end each is put back, unless somebody wrapped it again: then ours stays, and does nothing.
 */

export interface CssomListener {
  inserted(sheet: CSSStyleSheet, index: number, rule: string): void;
  deleted(sheet: CSSStyleSheet, index: number): void;
  /** Anything else: the sheet is to be sent anew. */
  changed(sheet: CSSStyleSheet): void;
  shadowAttached(host: Element): void;
}

type Method = (this: object, ...args: unknown[]) => unknown;
type After = (self: object, args: readonly unknown[], result: unknown) => void;

/** Wraps the methods of one window; the result puts them back. */
export function watchCssom(window: Window & typeof globalThis, listener: CssomListener): () => void {
  const undo: (() => void)[] = [];
  let active = true;

  function wrap(type: { readonly prototype: object } | undefined, name: string, after: After): void {
    const owner = type?.prototype;
    const descriptor = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, name);
    if (owner === undefined || descriptor === undefined || typeof descriptor.value !== 'function' || descriptor.configurable !== true)
      return;
    const original = descriptor.value as Method;
    // A method's shorthand, so that it is no constructor either.
    const { [name]: wrapped } = {
      [name](this: object, ...args: unknown[]): unknown {
        const result = original.apply(this, args);
        if (active) report(after, this, args, result);
        return result;
      },
    };
    Object.defineProperty(owner, name, { ...descriptor, value: wrapped });
    undo.push(() => {
      if (Object.getOwnPropertyDescriptor(owner, name)?.value === wrapped) Object.defineProperty(owner, name, descriptor);
    });
  }

  const changed: After = (self) => {
    const sheet = sheetOf(self);
    if (sheet !== null) listener.changed(sheet);
  };
  const { CSSStyleSheet: Sheet, CSSStyleDeclaration: Declaration } = window;
  wrap(Sheet, 'insertRule', (self, [rule, index]) => {
    listener.inserted(self as CSSStyleSheet, Number(index ?? 0), String(rule));
  });
  wrap(Sheet, 'deleteRule', (self, [index]) => {
    listener.deleted(self as CSSStyleSheet, Number(index));
  });
  for (const name of ['addRule', 'removeRule', 'replaceSync']) wrap(Sheet, name, changed);
  wrap(Sheet, 'replace', (self, _, result) => {
    const report = (): void => {
      if (active) listener.changed(self as CSSStyleSheet);
    };
    (result as Promise<unknown>).then(report, report);
  });
  for (const type of [window.CSSGroupingRule, window.CSSKeyframesRule]) {
    for (const name of ['insertRule', 'appendRule', 'deleteRule']) wrap(type, name, changed);
  }
  for (const name of ['setProperty', 'removeProperty']) wrap(Declaration, name, changed);
  wrap(window.Element, 'attachShadow', (self) => {
    listener.shadowAttached(self as Element);
  });

  return () => {
    active = false;
    for (const putBack of undo) putBack();
  };
}

/** The page's call has succeeded; whatever we stumble over must not reach it. */
function report(after: After, self: object, args: readonly unknown[], result: unknown): void {
  try {
    after(self, args, result);
  } catch {
    // The next keyframe reads the sheet as it is.
  }
}

/** The sheet that a rule, or a rule's declaration, belongs to; null for an element's own style. */
function sheetOf(self: object): CSSStyleSheet | null {
  if ('cssRules' in self && 'ownerNode' in self) return self as CSSStyleSheet;
  if ('parentStyleSheet' in self) return self.parentStyleSheet as CSSStyleSheet | null;
  return 'parentRule' in self ? ((self.parentRule as CSSRule | null)?.parentStyleSheet ?? null) : null;
}
