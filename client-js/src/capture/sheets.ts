import type { PageWriter } from '../protocol/page-writer.ts';
import type { Budget } from './budget.ts';
import type { CssomListener } from './cssom-watch.ts';
import { maskCss } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';

/*
 * Style sheets. The text of a style element goes out with the element; all that has to be read rule by rule (linked sheets, rules that
 * scripts inserted, constructed sheets) is queued and read in slices, because the rules of one large sheet take a whole long task.
 */

export type SheetOwner = HTMLStyleElement | HTMLLinkElement;
export type SheetRoot = Document | ShadowRoot;

/** More single-rule changes than this between two batches: the whole sheet is cheaper. */
const MAX_LOGGED_CHANGES = 512;

interface Owner {
  readonly element: SheetOwner;
  /** The sheet whose rules the mirror has, or will have once its job is done. */
  sheet: CSSStyleSheet | null;
  disabled: boolean;
  /** A style element whose text may not be all of its rules: compared once, in an idle slice. */
  isUnverified: boolean;
}

/** Text that is still to be read and sent; `next` and `css` are how far it was read. */
interface Job {
  readonly sheet: CSSStyleSheet;
  /** The owner, or the id of a constructed sheet. */
  readonly owner: SheetOwner | number;
  next: number;
  css: string[];
}

type Change = { readonly sheet: CSSStyleSheet; readonly index: number; readonly rule: string | null };

export interface Sheets extends Omit<CssomListener, 'shadowAttached'> {
  /** Writes what the open style or link element shows, inside NODES. */
  open(writer: PageWriter, element: SheetOwner, entry: Entry): void;
  /** The sheet is to be sent anew: its element is masked now, or no longer. */
  touch(element: Node): void;
  /** Writes what changed; false when the time was over before all of it was read. */
  write(writer: PageWriter, roots: Iterable<SheetRoot>, budget: Budget): boolean;
  /** Compares one style element's rules with its text; false when all were compared. */
  verifyOne(): boolean;
  forget(node: Node): void;
  reset(): void;
}

export function createSheets(table: NodeTable): Sheets {
  const owners = new Map<SheetOwner, Owner>();
  let jobs: Job[] = [];
  let changes: Change[] = [];
  let constructed = new WeakMap<CSSStyleSheet, number>();
  let adopted = new WeakMap<SheetRoot, readonly CSSStyleSheet[]>();

  function enqueue(sheet: CSSStyleSheet, owner: SheetOwner | number): void {
    jobs = jobs.filter((job) => job.sheet !== sheet && job.owner !== owner);
    changes = changes.filter((change) => change.sheet !== sheet);
    jobs.push({ sheet, owner, next: 0, css: [] });
  }

  /** Where the mirror keeps a sheet; undefined for one that it does not have. */
  function placeOf(sheet: CSSStyleSheet): SheetOwner | number | undefined {
    const node = sheet.ownerNode as SheetOwner | null;
    if (node === null) return constructed.get(sheet);
    return owners.get(node)?.sheet === sheet ? node : undefined;
  }

  function changed(sheet: CSSStyleSheet): void {
    const place = placeOf(sheet);
    if (place !== undefined) enqueue(sheet, place);
  }

  function log(change: Change): void {
    const place = placeOf(change.sheet);
    if (place === undefined) return;
    const isMasked = typeof place !== 'number' && table.known(place)?.masked !== false;
    if (isMasked || changes.length >= MAX_LOGGED_CHANGES || jobs.some((job) => job.sheet === change.sheet)) changed(change.sheet);
    else changes.push(change);
  }

  /** A style element's text changed, or a link has loaded; one that may not be read is left to the viewer. */
  function takeOver(owner: Owner, writer: PageWriter, entry: Entry): void {
    owner.sheet = owner.element.sheet;
    const text = textOf(owner.element);
    if (owner.sheet === null || text.trim() !== '') writer.sheet(entry.id, '', entry.masked ? maskCss(text) : text);
    else if (isReadable(owner.sheet)) enqueue(owner.sheet, owner.element);
  }

  function writeOwners(writer: PageWriter): void {
    for (const owner of owners.values()) {
      const entry = table.known(owner.element);
      if (entry === undefined) continue;
      const sheet = owner.element.sheet;
      if (sheet !== owner.sheet) takeOver(owner, writer, entry);
      const disabled = sheet?.disabled === true;
      if (disabled !== owner.disabled) writer.sheetDisabled(entry.id, disabled);
      owner.disabled = disabled;
    }
  }

  function writeChanges(writer: PageWriter): void {
    for (const { sheet, index, rule } of changes) {
      const place = placeOf(sheet);
      const id = typeof place === 'number' ? place : place === undefined ? undefined : table.known(place)?.id;
      if (id === undefined) continue;
      if (rule === null) writer.sheetDelete(id, index);
      else writer.sheetInsert(id, index, rule);
    }
    changes = [];
  }

  function writeJobs(writer: PageWriter, budget: Budget): boolean {
    for (let job = jobs[0]; job !== undefined; job = jobs[0]) {
      if (!readRules(job, budget)) return false;
      jobs.shift();
      const css = job.css.join('\n');
      const base = job.sheet.href ?? '';
      if (typeof job.owner === 'number') {
        writer.adoptedSheet(job.owner, base, css);
        continue;
      }
      const entry = table.known(job.owner);
      if (entry !== undefined) writer.sheet(entry.id, base, entry.masked ? maskCss(css) : css);
    }
    return true;
  }

  function isAdoptionNew(root: SheetRoot): boolean {
    const before = adopted.get(root) ?? [];
    const now = root.adoptedStyleSheets;
    return now.length !== before.length || now.some((sheet, i) => sheet !== before[i]);
  }

  function queueConstructed(root: SheetRoot): void {
    for (const sheet of root.adoptedStyleSheets) {
      if (constructed.has(sheet)) continue;
      const id = table.freshId();
      constructed.set(sheet, id);
      enqueue(sheet, id);
    }
  }

  function adopt(writer: PageWriter, root: SheetRoot): void {
    const entry = table.known(root);
    if (entry === undefined) return;
    const sheets = [...root.adoptedStyleSheets];
    adopted.set(root, sheets);
    writer.adopt(entry.id, sheets.map((sheet) => constructed.get(sheet) ?? 0).filter((id) => id > 0));
  }

  return {
    open(writer, element, entry) {
      const { sheet } = element;
      const owner: Owner = { element, sheet, disabled: false, isUnverified: false };
      owners.set(element, owner);
      if (sheet === null) return;
      const text = textOf(element);
      owner.isUnverified = text.trim() !== '';
      if (!owner.isUnverified && !isReadable(sheet)) return;
      writer.css(sheet.href ?? '', entry.masked ? maskCss(text) : text);
      if (!owner.isUnverified && sheet.cssRules.length > 0) enqueue(sheet, element);
    },
    touch(element) {
      const owner = owners.get(element as SheetOwner);
      if (owner === undefined) return;
      if (owner.sheet !== null && owner.sheet === owner.element.sheet && isReadable(owner.sheet)) enqueue(owner.sheet, owner.element);
    },
    write(writer, roots, budget) {
      writeOwners(writer);
      writeChanges(writer);
      const adopting = [...roots].filter(isAdoptionNew);
      for (const root of adopting) queueConstructed(root);
      if (!writeJobs(writer, budget)) return false;
      for (const root of adopting) adopt(writer, root);
      return true;
    },
    verifyOne() {
      for (const owner of owners.values()) {
        if (!owner.isUnverified) continue;
        owner.isUnverified = false;
        const { sheet, element } = owner;
        if (sheet !== null && sheet === element.sheet && sheet.cssRules.length !== ruleCount(textOf(element))) changed(sheet);
        return true;
      }
      return false;
    },
    inserted: (sheet, index, rule) => {
      log({ sheet, index, rule });
    },
    deleted: (sheet, index) => {
      log({ sheet, index, rule: null });
    },
    changed,
    forget: (node) => void owners.delete(node as SheetOwner),
    reset() {
      owners.clear();
      jobs = [];
      changes = [];
      constructed = new WeakMap();
      adopted = new WeakMap();
    },
  };
}

/** A style element's own text; '' for a link. */
function textOf(element: SheetOwner): string {
  return element.localName === 'style' ? (element.textContent ?? '') : '';
}

/** Whether the page's origin may read the sheet's rules. */
function isReadable(sheet: CSSStyleSheet): boolean {
  try {
    return sheet.cssRules.length >= 0;
  } catch {
    return false;
  }
}

/** Reads on where the job stopped; true when it is through. */
function readRules(job: Job, budget: Budget): boolean {
  let rules: CSSRuleList;
  try {
    rules = job.sheet.cssRules;
  } catch {
    return true;
  }
  while (job.next < rules.length) {
    if (budget.isSpent()) return false;
    job.css.push((rules[job.next++] as CSSRule).cssText);
  }
  return true;
}

/** Rules that a text has, leaving out what a constructed sheet ignores. */
function ruleCount(text: string): number {
  const copy = new CSSStyleSheet();
  copy.replaceSync(text);
  return copy.cssRules.length + (text.match(/@import\b/g)?.length ?? 0);
}
