import { type AnimationInfo, type AnimationSource, readAnimation, readDecimal } from './animation.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { MAX_DEPTH, MAX_NODES, MAX_STRING_TABLES } from './limits.ts';
import {
  AnimationState,
  type DocumentInfo,
  type DocumentMode,
  HOLD_UNITS,
  HoldKind,
  type ModalState,
  type Namespace,
  NodeToken,
  PageOp,
  MAX_STATE_NODES,
  type SheetText,
  StateKind,
} from './page-op.ts';
import { MAX_TABLED_UNITS, NAMES, OTHERS, SEPARATOR, tableOf, TEXTS, unescaped } from './string-tables.ts';
import { readTextRanges, type TextRange } from './text-range.ts';

/**
 * What a reader of a page batch is told, in the order of the batch. Calls between {@link PageVisitor.nodes} and the matching
 * {@link PageVisitor.endNodes} build a forest: every `open…` has its {@link PageVisitor.close}.
 */
export interface PageVisitor {
  /** @param features by `MEDIA_FEATURES` */
  reset(page: DocumentInfo, dpr: number, features: number): void;
  nodes(parentId: number, nextId: number): void;
  openDocument(id: number, document: DocumentInfo): void;
  doctype(id: number, name: string, publicId: string, systemId: string): void;
  openShadow(id: number): void;
  text(id: number, data: string): void;
  /** `names` is shared by all elements of a shape; `values` is the element's own. */
  openElement(id: number, namespace: Namespace, tag: string, names: readonly string[], values: readonly string[]): void;
  css(baseUrl: string, css: SheetText): void;
  close(): void;
  endNodes(): void;
  remove(ids: readonly number[]): void;
  move(id: number, parentId: number, nextId: number): void;
  setText(id: number, data: string): void;
  attribute(id: number, name: string, value: string | null): void;
  value(id: number, value: string): void;
  checked(id: number, bits: number): void;
  selected(id: number, indices: readonly number[]): void;
  scroll(id: number, left: number, top: number): void;
  viewport(width: number, height: number, dpr: number): void;
  sheet(ownerId: number, baseUrl: string, css: SheetText): void;
  sheetInsert(sheetId: number, index: number, rule: string): void;
  sheetDelete(sheetId: number, index: number): void;
  sheetDisabled(ownerId: number, disabled: boolean): void;
  adoptedSheet(sheetId: number, baseUrl: string, css: SheetText): void;
  adopt(rootId: number, sheetIds: readonly number[]): void;
  focus(id: number): void;
  modal(id: number, state: ModalState): void;
  /** An element's content is still to come: its box keeps this size, in CSS pixels, until it is held no longer. */
  hold(id: number, kind: HoldKind, width: number, height: number): void;
  /** A video or audio is to be there, in ms, and to go on at this rate if it plays ({@link PlaybackBit}). */
  playback(id: number, bits: number, positionMillis: number, rate: number): void;
  /** What moves an element, under a number; it is not to be seen before its state is told. */
  animation(number: number, animation: AnimationInfo): void;
  /** It is there now, in ms, and goes on at this rate if it runs. @param number may be `ALL_OTHERS` */
  animationState(number: number, state: AnimationState, positionMillis: number, rate: number): void;
  url(url: string): void;
  /** What the consumer has selected, in the place of what was selected before. */
  selection(ranges: readonly TextRange[]): void;
  /** The elements that are in a state now, in the place of those that were. */
  state(kind: StateKind, ids: readonly number[]): void;
  /** Of the layout viewport this part is on the consumer's screen, in CSS pixels; without a size: all of it. */
  visible(left: number, top: number, width: number, height: number): void;
  /** A document of another origin is told by its own tag: `number` stands for it from now on. @param elementId its iframe, in the document `owner` (0: the page); 0: it is gone */
  frame(number: number, owner: number, elementId: number): void;
  /** One page frame of such a document, without its header. */
  framePart(number: number, type: number, flags: number, payload: Uint8Array): void;
}

interface Shape {
  readonly namespace: Namespace;
  readonly tag: string;
  readonly names: readonly string[];
}

/**
 * Reads a page batch and tells the visitor, in order.
 *
 * @throws MalformedBytes when the bytes are not a batch; the visitor may have been told a part of it by then
 */
export function readPageBatch(bytes: Uint8Array, visitor: PageVisitor): void {
  const reader = new PageReader(bytes, visitor);
  reader.read();
}

class PageReader {
  private readonly ops: ByteReader;
  private readonly refs: ByteReader;
  private readonly textRefs: ByteReader;
  private readonly text: string;
  private textAt = 0;
  private readonly tables = new Map<string, string[]>();
  private readonly shapes: Shape[] = [];
  private lastId = 0;
  private nodesRead = 0;
  private tablesMade = 0;
  private readonly visitor: PageVisitor;
  private readonly animationSource: AnimationSource = {
    number: () => this.ops.varint(),
    string: (kind) => this.string(kind),
  };

  constructor(bytes: Uint8Array, visitor: PageVisitor) {
    const whole = new ByteReader(bytes);
    this.ops = new ByteReader(whole.take(whole.varint()));
    this.refs = new ByteReader(whole.take(whole.varint()));
    this.textRefs = new ByteReader(whole.take(whole.varint()));
    this.text = decodeUtf8(whole.take(whole.remaining));
    this.visitor = visitor;
  }

  read(): void {
    while (this.ops.remaining > 0) this.operation(this.ops.varint());
    this.refs.finish();
    this.textRefs.finish();
    if (this.textAt !== this.text.length) throw new MalformedBytes(`${this.text.length - this.textAt} units of text too many`);
  }

  private operation(op: number): void {
    const { ops, visitor } = this;
    switch (op) {
      case PageOp.RESET: {
        const page = this.document();
        return visitor.reset(page, ops.varint() / 100, ops.varint());
      }
      case PageOp.NODES:
        return this.forest();
      case PageOp.REMOVE:
        return visitor.remove(this.numbers());
      case PageOp.MOVE:
        return visitor.move(ops.varint(), ops.varint(), ops.varint());
      case PageOp.PLAYBACK:
        return visitor.playback(ops.varint(), ops.varint(), ops.varint(), ops.varint() / 100);
      case PageOp.TEXT:
        return visitor.setText(ops.varint(), this.textString());
      case PageOp.ATTRIBUTE:
        return this.attribute();
      case PageOp.ATTRIBUTE_REMOVED:
        return visitor.attribute(ops.varint(), this.string(NAMES), null);
      case PageOp.VALUE:
        return visitor.value(ops.varint(), this.string());
      case PageOp.CHECKED:
        return visitor.checked(ops.varint(), ops.varint());
      case PageOp.SELECTED:
        return visitor.selected(ops.varint(), this.numbers());
      case PageOp.SCROLL:
        return visitor.scroll(ops.varint(), ops.zigzag(), ops.zigzag());
      case PageOp.VIEWPORT:
        return visitor.viewport(ops.varint(), ops.varint(), ops.varint() / 100);
      case PageOp.FOCUS:
        return visitor.focus(ops.varint());
      case PageOp.MODAL:
        return visitor.modal(ops.varint(), this.modalState());
      case PageOp.URL:
        return visitor.url(this.string());
      case PageOp.HOLD:
        return this.hold();
      case PageOp.ANIMATION:
        return visitor.animation(ops.varint(), readAnimation(this.animationSource));
      case PageOp.ANIMATION_STATE:
        return this.animationState();
      case PageOp.SELECTION:
        return visitor.selection(readTextRanges(ops));
      case PageOp.STATE:
        return this.state();
      case PageOp.VISIBLE:
        return visitor.visible(ops.varint(), ops.varint(), ops.varint(), ops.varint());
      case PageOp.FRAME:
        return visitor.frame(ops.varint(), ops.varint(), ops.varint());
      case PageOp.FRAME_PART:
        return visitor.framePart(ops.varint(), ops.varint(), ops.varint(), ops.take(ops.varint()));
      default:
        return this.sheetOperation(op);
    }
  }

  private sheetOperation(op: number): void {
    const { ops, visitor } = this;
    switch (op) {
      case PageOp.SHEET:
        return visitor.sheet(ops.varint(), this.string(), this.string());
      case PageOp.SHEET_INSERT:
        return visitor.sheetInsert(ops.varint(), ops.varint(), this.string());
      case PageOp.SHEET_DELETE:
        return visitor.sheetDelete(ops.varint(), ops.varint());
      case PageOp.SHEET_DISABLED:
        return visitor.sheetDisabled(ops.varint(), ops.varint() !== 0);
      case PageOp.ADOPTED_SHEET:
        return visitor.adoptedSheet(ops.varint(), this.string(), this.string());
      case PageOp.SHEET_ASSET:
        return visitor.sheet(ops.varint(), this.string(), ops.varint());
      case PageOp.ADOPTED_ASSET:
        return visitor.adoptedSheet(ops.varint(), this.string(), ops.varint());
      case PageOp.ADOPT:
        return visitor.adopt(ops.varint(), this.numbers());
      default:
        throw new MalformedBytes(`page operation ${op} is not in version 1`);
    }
  }

  private hold(): void {
    const { ops, visitor } = this;
    const id = ops.varint();
    const kind = ops.varint();
    if (kind > HoldKind.TRACKS) throw new MalformedBytes(`hold kind ${kind}; allowed are 0 to ${HoldKind.TRACKS}`);
    const isHeld = kind !== HoldKind.NONE;
    visitor.hold(id, kind as HoldKind, isHeld ? ops.varint() / HOLD_UNITS : 0, isHeld ? ops.varint() / HOLD_UNITS : 0);
  }

  private state(): void {
    const kind = this.ops.varint();
    if (kind !== StateKind.TARGET && kind !== StateKind.OPEN_LIST) throw new MalformedBytes(`state ${kind}; allowed are 1 and 2`);
    const ids = this.numbers();
    if (ids.length > MAX_STATE_NODES) throw new MalformedBytes(`${ids.length} elements in state ${kind}; at most ${MAX_STATE_NODES}`);
    this.visitor.state(kind, ids);
  }

  private animationState(): void {
    const number = this.ops.varint();
    const state = this.ops.varint();
    if (state > AnimationState.PAUSED) throw new MalformedBytes(`animation state ${state}; allowed are 0 to ${AnimationState.PAUSED}`);
    const isThere = state !== AnimationState.GONE;
    const positionMillis = isThere ? readDecimal(this.animationSource) : 0;
    this.visitor.animationState(number, state as AnimationState, positionMillis, isThere ? readDecimal(this.animationSource) : 0);
  }

  private attribute(): void {
    const id = this.ops.varint();
    const name = this.string(NAMES);
    this.visitor.attribute(id, name, this.string(name));
  }

  private forest(): void {
    const { ops, visitor } = this;
    visitor.nodes(ops.varint(), ops.varint());
    let depth = 0;
    for (;;) {
      const token = ops.varint();
      if (token === NodeToken.END) {
        if (depth === 0) break;
        depth--;
        visitor.close();
      } else if (token === NodeToken.ID) {
        this.lastId = ops.varint() - 1;
      } else if (this.node(token)) {
        if (++depth > MAX_DEPTH) throw new MalformedBytes(`deeper than ${MAX_DEPTH} nodes`);
      }
    }
    visitor.endNodes();
  }

  /** Reads a node or a sheet; true when it stays open for children. */
  private node(token: number): boolean {
    const { visitor } = this;
    switch (token) {
      case NodeToken.TEXT:
        visitor.text(this.nextId(), this.textString());
        return false;
      case NodeToken.CSS:
        visitor.css(this.string(), this.string());
        return false;
      case NodeToken.CSS_ASSET:
        visitor.css(this.string(), this.ops.varint());
        return false;
      case NodeToken.DOCTYPE:
        visitor.doctype(this.nextId(), this.string(), this.string(), this.string());
        return false;
      case NodeToken.SHADOW:
        visitor.openShadow(this.nextId());
        return true;
      case NodeToken.DOCUMENT:
        visitor.openDocument(this.nextId(), this.document());
        return true;
      default:
        this.element(token - NodeToken.SHAPE);
        return true;
    }
  }

  private element(index: number): void {
    const shape = index === this.shapes.length ? this.newShape() : this.shapes[index];
    if (shape === undefined) throw new MalformedBytes(`shape ${index} of ${this.shapes.length}`);
    const values: string[] = new Array<string>(shape.names.length);
    for (let i = 0; i < values.length; i++) values[i] = this.string(shape.names[i]);
    this.visitor.openElement(this.nextId(), shape.namespace, shape.tag, shape.names, values);
  }

  private newShape(): Shape {
    const namespace = this.ops.varint();
    if (namespace > 2) throw new MalformedBytes(`namespace ${namespace}; allowed are 0 to 2`);
    const tag = this.string(NAMES);
    const count = this.ops.varint();
    if (count > this.refs.remaining) throw new MalformedBytes(`shape with ${count} attributes, ${this.refs.remaining} strings left`);
    const names: string[] = [];
    for (let i = 0; i < count; i++) names.push(this.string(NAMES));
    const shape: Shape = { namespace: namespace as Namespace, tag, names };
    this.shapes.push(shape);
    return shape;
  }

  private document(): DocumentInfo {
    const url = this.string();
    const baseUrl = this.string();
    const mode = this.ops.varint();
    if (mode > 2) throw new MalformedBytes(`document mode ${mode}; allowed are 0 to 2`);
    return { url, baseUrl, mode: mode as DocumentMode, width: this.ops.varint(), height: this.ops.varint() };
  }

  private modalState(): ModalState {
    const state = this.ops.varint();
    if (state > 2) throw new MalformedBytes(`modal state ${state}; allowed are 0 to 2`);
    return state as ModalState;
  }

  private numbers(): number[] {
    const count = this.ops.varint();
    if (count > this.ops.remaining) throw new MalformedBytes(`${count} numbers announced, ${this.ops.remaining} bytes left`);
    const numbers: number[] = new Array<number>(count);
    for (let i = 0; i < count; i++) numbers[i] = this.ops.varint();
    return numbers;
  }

  private nextId(): number {
    if (++this.nodesRead > MAX_NODES) throw new MalformedBytes(`more than ${MAX_NODES} nodes in a batch`);
    if (++this.lastId < 1) throw new MalformedBytes('node id 0');
    return this.lastId;
  }

  private textString(): string {
    return this.string(TEXTS, this.textRefs);
  }

  private string(kind = OTHERS, refs = this.refs): string {
    const table = tableOf(this.tables, kind, () => {
      if (++this.tablesMade > MAX_STRING_TABLES) throw new MalformedBytes(`more than ${MAX_STRING_TABLES} string tables in a batch`);
      return [];
    });
    const ref = refs.varint();
    if (ref > 0) {
      const known = table[ref - 1];
      if (known === undefined) throw new MalformedBytes(`string ${ref} of ${table.length}`);
      return known;
    }
    const end = this.text.indexOf(SEPARATOR, this.textAt);
    if (end < 0) throw new MalformedBytes('the text has fewer strings than are referred to');
    const fresh = unescaped(this.text.slice(this.textAt, end));
    this.textAt = end + 1;
    if (fresh.length <= MAX_TABLED_UNITS) table.push(fresh);
    return fresh;
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new MalformedBytes('the text of the batch is not UTF-8');
  }
}
