import type { PageWriter } from '../protocol/page-writer.ts';
import type { SheetText } from '../protocol/page-op.ts';
import type { Assets } from './assets.ts';
import type { Budget } from './budget.ts';
import type { CssomListener } from './cssom-watch.ts';
import { maskCss } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';
import type { Root } from './roots.ts';
import { isImport, ruleText } from './rule-text.ts';

/*
 * Style sheets. The text of a style element goes out with the element; all that has to be read rule by rule (linked sheets, rules that
 * scripts inserted, constructed sheets) is queued and read in slices, because the rules of one large sheet take a whole long task.
 */

export type SheetOwner = HTMLStyleElement | HTMLLinkElement;

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

export class Sheets implements Omit<CssomListener, 'shadowAttached'> {
  private readonly owners = new Map<SheetOwner, Owner>();
  private jobs: Job[] = [];
  private changes: Change[] = [];
  private constructed = new WeakMap<CSSStyleSheet, number>();
  private adopted = new WeakMap<Root, readonly CSSStyleSheet[]>();
  /** Constructed sheets that masked roots alone have adopted. */
  private masked = new WeakSet<CSSStyleSheet>();
  private readonly table: NodeTable;
  private readonly assets: Pick<Assets, 'refer'>;

  constructor(table: NodeTable, assets: Pick<Assets, 'refer'>) {
    this.table = table;
    this.assets = assets;
  }

  /** Writes what the open style or link element shows, inside NODES. A sheet that is read later is announced by an empty one. */
  open(writer: PageWriter, element: SheetOwner, entry: Entry): void {
    const { sheet } = element;
    const owner: Owner = { element, sheet, disabled: false, isUnverified: false };
    this.owners.set(element, owner);
    if (sheet === null) return;
    const text = textOf(element);
    owner.isUnverified = text.trim() !== '';
    if (!owner.isUnverified && !isReadable(sheet)) return;
    writer.css(sheet.href ?? '', this.textOf(text, entry.masked));
    if (!owner.isUnverified && sheet.cssRules.length > 0) this.enqueue(sheet, element);
  }

  /** Writes what changed; false when the time was over before all of it was read. */
  write(writer: PageWriter, roots: Iterable<Root>, budget: Budget): boolean {
    this.writeOwners(writer);
    this.writeChanges(writer);
    const adopting = [...roots].filter((root) => this.isAdoptionNew(root));
    for (const root of adopting) this.queueConstructed(root);
    if (!this.writeJobs(writer, budget)) return false;
    for (const root of adopting) this.adopt(writer, root);
    return true;
  }

  /** Compares one style element's rules with its text; false when all were compared. */
  verifyOne(): boolean {
    for (const owner of this.owners.values()) {
      if (!owner.isUnverified) continue;
      owner.isUnverified = false;
      const { sheet, element } = owner;
      if (sheet !== null && sheet === element.sheet && isMoreThan(sheet, textOf(element))) this.changed(sheet);
      return true;
    }
    return false;
  }

  inserted(sheet: CSSStyleSheet, index: number, rule: string): void {
    this.log({ sheet, index, rule });
  }

  deleted(sheet: CSSStyleSheet, index: number): void {
    this.log({ sheet, index, rule: null });
  }

  changed(sheet: CSSStyleSheet): void {
    const place = this.placeOf(sheet);
    if (place !== undefined) this.enqueue(sheet, place);
  }

  /** The sheet is to be sent anew: its element is masked now, or no longer. */
  resend(element: SheetOwner): void {
    const sheet = this.owners.get(element)?.sheet;
    if (sheet && isReadable(sheet)) this.enqueue(sheet, element);
  }

  forget(node: Node): void {
    this.owners.delete(node as SheetOwner);
    // A shadow root that comes back is a new one in the mirror, and adopts anew.
    this.adopted.delete(node as Root);
  }

  reset(): void {
    this.owners.clear();
    this.jobs = [];
    this.changes = [];
    this.constructed = new WeakMap();
    this.adopted = new WeakMap();
    this.masked = new WeakSet();
  }

  private enqueue(sheet: CSSStyleSheet, owner: SheetOwner | number): void {
    this.jobs = this.jobs.filter((job) => job.sheet !== sheet && job.owner !== owner);
    this.changes = this.changes.filter((change) => change.sheet !== sheet);
    this.jobs.push({ sheet, owner, next: 0, css: [] });
  }

  /** Where the mirror keeps a sheet; undefined for one that it does not have. */
  private placeOf(sheet: CSSStyleSheet): SheetOwner | number | undefined {
    const node = sheet.ownerNode as SheetOwner | null;
    if (node === null) return this.constructed.get(sheet);
    return this.owners.get(node)?.sheet === sheet ? node : undefined;
  }

  private log(change: Change): void {
    const place = this.placeOf(change.sheet);
    if (place === undefined) return;
    const isMasked = typeof place === 'number' ? this.masked.has(change.sheet) : this.table.known(place)?.masked !== false;
    const isQueued = this.jobs.some((job) => job.sheet === change.sheet);
    if (isMasked || isQueued || this.changes.length >= MAX_LOGGED_CHANGES) this.changed(change.sheet);
    else this.changes.push(change);
  }

  private writeOwners(writer: PageWriter): void {
    for (const owner of this.owners.values()) {
      const entry = this.table.known(owner.element);
      if (entry === undefined) continue;
      const sheet = owner.element.sheet;
      if (sheet !== owner.sheet) this.replace(owner, sheet, writer, entry);
      const disabled = sheet?.disabled === true;
      if (disabled !== owner.disabled) writer.sheetDisabled(entry.id, disabled);
      owner.disabled = disabled;
    }
  }

  /** A style element's text changed, or a link has loaded; a link's sheet that may not be read is left to the viewer. */
  private replace(owner: Owner, sheet: CSSStyleSheet | null, writer: PageWriter, entry: Entry): void {
    owner.sheet = sheet;
    const text = textOf(owner.element);
    if (sheet === null || text.trim() !== '') writer.sheet(entry.id, '', this.textOf(text, entry.masked));
    else if (isReadable(sheet)) this.enqueue(sheet, owner.element);
  }

  private writeChanges(writer: PageWriter): void {
    for (const { sheet, index, rule } of this.changes) {
      const place = this.placeOf(sheet);
      const id = typeof place === 'number' ? place : place === undefined ? undefined : this.table.known(place)?.id;
      if (id === undefined) continue;
      if (rule === null) writer.sheetDelete(id, index);
      else writer.sheetInsert(id, index, rule);
    }
    this.changes = [];
  }

  private writeJobs(writer: PageWriter, budget: Budget): boolean {
    for (let job = this.jobs[0]; job !== undefined; job = this.jobs[0]) {
      if (!readRules(job, budget)) return false;
      this.jobs.shift();
      const css = job.css.join('\n');
      const base = job.sheet.href ?? '';
      const entry = typeof job.owner === 'number' ? undefined : this.table.known(job.owner);
      if (typeof job.owner === 'number') writer.adoptedSheet(job.owner, base, this.textOf(css, this.masked.has(job.sheet)));
      else if (entry !== undefined) writer.sheet(entry.id, base, this.textOf(css, entry.masked));
    }
    return true;
  }

  private textOf(css: string, isMasked: boolean): SheetText {
    return this.assets.refer(isMasked ? maskCss(css) : css);
  }

  private isAdoptionNew(root: Root): boolean {
    const before = this.adopted.get(root) ?? [];
    const now = root.adoptedStyleSheets;
    return now.length !== before.length || now.some((sheet, i) => sheet !== before[i]);
  }

  private queueConstructed(root: Root): void {
    const isMasked = this.table.known(root)?.masked === true;
    for (const sheet of root.adoptedStyleSheets) {
      const known = this.constructed.get(sheet);
      const id = known ?? this.table.freshId();
      if (known === undefined && isMasked) this.masked.add(sheet);
      // What one part of the page shows openly is no secret of another's.
      const isRevealed = !isMasked && this.masked.delete(sheet);
      this.constructed.set(sheet, id);
      if (known === undefined || isRevealed) this.enqueue(sheet, id);
    }
  }

  private adopt(writer: PageWriter, root: Root): void {
    const entry = this.table.known(root);
    if (entry === undefined) return;
    const sheets = [...root.adoptedStyleSheets];
    this.adopted.set(root, sheets);
    writer.adopt(
      entry.id,
      sheets.map((sheet) => this.constructed.get(sheet) ?? 0).filter((id) => id > 0),
    );
  }
}

/** A style element's own text; '' for a link. */
function textOf(element: SheetOwner): string {
  return element.localName === 'style' ? element.textContent : '';
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
    job.css.push(ruleText(rules[job.next++] as CSSRule));
  }
  return true;
}

/** Whether a sheet has other rules than its text, as far as their number tells, or imports what the mirror cannot load by itself. */
function isMoreThan(sheet: CSSStyleSheet, text: string): boolean {
  const copy = new CSSStyleSheet();
  copy.replaceSync(text);
  // A constructed sheet leaves imports out. They come first but for layer statements.
  for (const rule of sheet.cssRules) {
    if (isImport(rule)) return true;
    if (!('nameList' in rule)) break;
  }
  return sheet.cssRules.length !== copy.cssRules.length;
}
