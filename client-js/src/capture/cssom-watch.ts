import { type After, createWraps } from './wrap.ts';

/* Rules that scripts change through the CSSOM, and shadow roots that they attach. */

export interface CssomListener {
  inserted(sheet: CSSStyleSheet, index: number, rule: string): void;
  deleted(sheet: CSSStyleSheet, index: number): void;
  /** Anything else: the sheet is to be sent anew. */
  changed(sheet: CSSStyleSheet): void;
  shadowAttached(host: Element, root: ShadowRoot): void;
}

/** Watches one window; the result ends it. */
export function watchCssom(window: Window & typeof globalThis, listener: CssomListener): () => void {
  const wraps = createWraps();
  const changed: After = (self) => {
    const sheet = sheetOf(self);
    if (sheet !== null) listener.changed(sheet);
  };
  const { CSSStyleSheet: Sheet, CSSStyleDeclaration: Declaration } = window;
  wraps.add(Sheet, 'insertRule', (self, [rule, index]) => {
    listener.inserted(self as CSSStyleSheet, Number(index ?? 0), String(rule));
  });
  wraps.add(Sheet, 'deleteRule', (self, [index]) => {
    listener.deleted(self as CSSStyleSheet, Number(index));
  });
  for (const name of ['addRule', 'removeRule', 'replaceSync']) wraps.add(Sheet, name, changed);
  wraps.add(Sheet, 'replace', (self, _, result) => {
    const report = (): void => {
      listener.changed(self as CSSStyleSheet);
    };
    (result as Promise<unknown>).then(report, report);
  });
  for (const type of [window.CSSGroupingRule, window.CSSKeyframesRule]) {
    for (const name of ['insertRule', 'appendRule', 'deleteRule']) wraps.add(type, name, changed);
  }
  for (const name of ['setProperty', 'removeProperty']) wraps.add(Declaration, name, changed);
  wraps.add(window.Element, 'attachShadow', (self, _, root) => {
    listener.shadowAttached(self as Element, root as ShadowRoot);
  });

  return wraps.undo;
}

/** The sheet that a rule, or a rule's declaration, belongs to; null for an element's own style. */
function sheetOf(self: object): CSSStyleSheet | null {
  if ('cssRules' in self && 'ownerNode' in self) return self as CSSStyleSheet;
  if ('parentStyleSheet' in self) return self.parentStyleSheet as CSSStyleSheet | null;
  return 'parentRule' in self ? ((self.parentRule as CSSRule | null)?.parentStyleSheet ?? null) : null;
}
