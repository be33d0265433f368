import type { PageWriter } from '../protocol/page-writer.ts';
import type { ShadowOf } from '../inner-roots.ts';
import { type Control, type FormState, isControl } from './form-state.ts';
import { MASKING_ATTRIBUTES, type Masks, maskText } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';
import type { Sheets, SheetOwner } from './sheets.ts';
import type { Walker } from './walker.ts';

/** Attributes that give a control its state as long as nobody touched it. */
const STATE_ATTRIBUTES: ReadonlySet<string> = new Set(['value', 'checked', 'selected', 'type', 'multiple', 'min', 'max', 'step']);

export interface ContentParts {
  readonly table: NodeTable;
  readonly walker: Walker;
  readonly masks: Masks;
  readonly forms: FormState;
  readonly sheets: Sheets;
  readonly shadowOf: ShadowOf;
}

/** Changes of nodes that stay where they are: attributes, texts, and whether they are masked. The last value counts. */
export class Content {
  private readonly attributes = new Map<Element, Set<string>>();
  private readonly texts = new Set<CharacterData>();
  private readonly parts: ContentParts;
  private learned = 0;
  /** How often a node that was to be seen became masked. */
  maskings = 0;

  constructor(parts: ContentParts) {
    this.parts = parts;
  }

  noteText(text: CharacterData): void {
    this.texts.add(text);
  }

  noteAttribute(record: MutationRecord): void {
    const element = record.target as Element;
    const name = qualifiedName(element, record);
    const names = this.changedNames(element);
    names.add(name);
    // Whether a value may be sent depends on the type.
    if (name === 'type') names.add('value');
    if (STATE_ATTRIBUTES.has(name)) this.defaultChanged(element);
  }

  /** What gives a control its state as long as nobody touched it has changed. */
  defaultChanged(element: Element): void {
    const control = element.closest('input,select,textarea');
    if (control !== null) this.parts.forms.resend(control as Control);
  }

  /** Finds what is masked by now. Comes before anything else is written: what is put into a new mask must not be sent as it is. */
  judge(): void {
    this.remaskLearned();
    // A mask that changes adds to `attributes` and `texts` on the way; the iteration takes that in.
    for (const [element, names] of this.attributes) {
      const entry = this.parts.table.known(element);
      if (entry !== undefined && [...names].some((name) => MASKING_ATTRIBUTES.has(name))) this.remask(entry);
    }
  }

  write(writer: PageWriter): void {
    this.judge();
    for (const [element, names] of this.attributes) {
      const entry = this.parts.table.known(element);
      if (entry !== undefined) this.parts.walker.writeAttributes(writer, entry, names);
    }
    for (const text of this.texts) {
      const entry = this.parts.table.known(text);
      if (entry !== undefined) writer.setText(entry.id, entry.masked ? maskText(text.data) : text.data);
    }
    this.attributes.clear();
    this.texts.clear();
  }

  /** Judges anew whether a node is masked; where that changes, everything is sent again as it may be seen now. */
  remask(entry: Entry): void {
    const { node } = entry;
    const { table, masks, walker, shadowOf } = this.parts;
    const isOwn = node.nodeType === Node.ELEMENT_NODE && masks.isOwn(node as Element, (node as Element).localName);
    const masked = isOwn || entry.parent?.masked === true;
    if (masked === entry.masked) return;
    entry.masked = masked;
    if (masked) this.maskings++;
    if (node.nodeType === Node.ELEMENT_NODE) this.resend(node as Element);
    else if (node.nodeType === Node.TEXT_NODE) this.texts.add(node as Text);
    for (const inner of [walker.frames.get(node as Element), shadowOf(node), ...node.childNodes]) {
      const known = inner ? table.known(inner) : undefined;
      if (known !== undefined) this.remask(known);
    }
  }

  reset(): void {
    this.attributes.clear();
    this.texts.clear();
  }

  private changedNames(element: Element): Set<string> {
    let names = this.attributes.get(element);
    if (names === undefined) this.attributes.set(element, (names = new Set()));
    return names;
  }

  private resend(element: Element): void {
    const names = this.changedNames(element);
    for (const name of element.getAttributeNames()) names.add(name);
    const tag = element.localName;
    if (isControl(tag)) this.parts.forms.resend(element as Control);
    else if (tag === 'style' || tag === 'link') this.parts.sheets.resend(element as SheetOwner);
  }

  /** A name that was learned as a password's may belong to fields that were sent already. */
  private remaskLearned(): void {
    const { masks, forms, table } = this.parts;
    if (masks.learned === this.learned) return;
    this.learned = masks.learned;
    for (const control of forms.controls()) {
      const entry = table.known(control);
      if (entry !== undefined) this.remask(entry);
    }
  }
}

/** A record names an attribute without its prefix. */
function qualifiedName(element: Element, { attributeName, attributeNamespace }: MutationRecord): string {
  const local = attributeName ?? '';
  if (attributeNamespace === null) return local;
  const prefixed = element.getAttributeNodeNS(attributeNamespace, local)?.name;
  return prefixed ?? (attributeNamespace === 'http://www.w3.org/1999/xlink' ? `xlink:${local}` : local);
}
