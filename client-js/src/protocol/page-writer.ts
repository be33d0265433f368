import { ByteWriter } from './bytes.ts';
import { type DocumentInfo, HOLD_UNITS, HoldKind, type ModalState, NodeToken, type Namespace, PageOp, type SheetText } from './page-op.ts';
import { escaped, MAX_TABLED_UNITS, NAMES, OTHERS, SEPARATOR, tableOf, TEXTS } from './string-tables.ts';

const MAX_VARINT_BYTES = 5;

interface ShapeNode {
  index: number;
  readonly next: Map<string, ShapeNode>;
}

const newShapeNode = (): ShapeNode => ({ index: -1, next: new Map() });

/**
 * Writes one page batch: columns of operations and string references, and the text (protocol section 6).
 *
 * Single use: write, {@link PageWriter.finish}, drop. The caller keeps node ids; the writer only notices where they are not consecutive.
 * Not bounded by itself: the capture cuts its batches.
 */
export class PageWriter {
  private readonly ops: ByteWriter;
  private readonly refs: ByteWriter;
  private readonly textRefs: ByteWriter;
  private readonly encoded = new ByteWriter(0);
  private strings: string[] = [];
  private unsettledUnits = 0;
  private readonly tables = new Map<string, Map<string, number>>();
  private readonly shapes: ShapeNode[] = [newShapeNode(), newShapeNode(), newShapeNode()];
  private shapeCount = 0;
  private lastId = 0;

  constructor(expectedBytes = 256) {
    this.ops = new ByteWriter(expectedBytes);
    this.refs = new ByteWriter(expectedBytes);
    this.textRefs = new ByteWriter(expectedBytes >>> 1);
  }

  /** Whether nothing was written yet. */
  get isEmpty(): boolean {
    return this.ops.length === 0;
  }

  /** Size so far, with a byte for each unit of text that is not encoded yet: a cheap measure for cutting batches. */
  get size(): number {
    return this.ops.length + this.refs.length + this.textRefs.length + this.encoded.length + this.unsettledUnits;
  }

  /** Encodes the text so far. A long batch that is written in slices does it in each, so that {@link PageWriter.finish} is quick. */
  settle(): void {
    if (this.strings.length === 0) return;
    this.encoded.utf8(this.strings.join(SEPARATOR) + SEPARATOR);
    this.strings = [];
    this.unsettledUnits = 0;
  }

  /** @param features what styles are told of the consumer's device and taste, by `MEDIA_FEATURES` */
  reset(page: DocumentInfo, dpr: number, features: number): void {
    this.ops.varint(PageOp.RESET);
    this.document(page);
    this.numbers(Math.round(dpr * 100), features);
  }

  /** Starts a forest of siblings under `parentId`, before `nextId` (0: at the end). Ends with {@link PageWriter.close} at depth 0. */
  nodes(parentId: number, nextId: number): void {
    this.ops.varint(PageOp.NODES);
    this.ops.varint(parentId);
    this.ops.varint(nextId);
  }

  openDocument(id: number, document: DocumentInfo): void {
    this.id(id);
    this.ops.varint(NodeToken.DOCUMENT);
    this.document(document);
  }

  doctype(id: number, name: string, publicId: string, systemId: string): void {
    this.id(id);
    this.ops.varint(NodeToken.DOCTYPE);
    this.string(name);
    this.string(publicId);
    this.string(systemId);
  }

  openShadow(id: number): void {
    this.id(id);
    this.ops.varint(NodeToken.SHADOW);
  }

  text(id: number, data: string): void {
    this.id(id);
    this.ops.varint(NodeToken.TEXT);
    this.textString(data);
  }

  /** Opens an element; `names` and `values` are parallel and may be longer than `count`. */
  openElement(id: number, namespace: Namespace, tag: string, names: readonly string[], values: readonly string[], count: number): void {
    this.id(id);
    let shape = follow(this.shapes[namespace] as ShapeNode, tag);
    for (let i = 0; i < count; i++) shape = follow(shape, names[i] as string);
    if (shape.index < 0) {
      shape.index = this.shapeCount++;
      this.ops.varint(NodeToken.SHAPE + shape.index);
      this.ops.varint(namespace);
      this.string(tag, NAMES);
      this.ops.varint(count);
      for (let i = 0; i < count; i++) this.string(names[i] as string, NAMES);
    } else {
      this.ops.varint(NodeToken.SHAPE + shape.index);
    }
    for (let i = 0; i < count; i++) this.string(values[i] as string, names[i]);
  }

  /** The sheet of the style or link element that is open. */
  css(baseUrl: string, css: SheetText): void {
    this.ops.varint(typeof css === 'number' ? NodeToken.CSS_ASSET : NodeToken.CSS);
    this.sheetText(baseUrl, css);
  }

  /** Closes the open node, or the forest. */
  close(): void {
    this.ops.varint(NodeToken.END);
  }

  remove(ids: readonly number[]): void {
    this.ops.varint(PageOp.REMOVE);
    this.ops.varint(ids.length);
    for (const id of ids) this.ops.varint(id);
  }

  move(id: number, parentId: number, nextId: number): void {
    this.numbers(PageOp.MOVE, id, parentId, nextId);
  }

  setText(id: number, data: string): void {
    this.numbers(PageOp.TEXT, id);
    this.textString(data);
  }

  attribute(id: number, name: string, value: string | null): void {
    this.numbers(value === null ? PageOp.ATTRIBUTE_REMOVED : PageOp.ATTRIBUTE, id);
    this.string(name, NAMES);
    if (value !== null) this.string(value, name);
  }

  value(id: number, value: string): void {
    this.numbers(PageOp.VALUE, id);
    this.string(value);
  }

  checked(id: number, bits: number): void {
    this.numbers(PageOp.CHECKED, id, bits);
  }

  selected(id: number, indices: readonly number[]): void {
    this.numbers(PageOp.SELECTED, id, indices.length, ...indices);
  }

  scroll(id: number, left: number, top: number): void {
    this.numbers(PageOp.SCROLL, id);
    this.ops.zigzag(Math.round(left));
    this.ops.zigzag(Math.round(top));
  }

  viewport(width: number, height: number, dpr: number): void {
    this.numbers(PageOp.VIEWPORT, width, height, Math.round(dpr * 100));
  }

  sheet(ownerId: number, baseUrl: string, css: SheetText): void {
    this.numbers(typeof css === 'number' ? PageOp.SHEET_ASSET : PageOp.SHEET, ownerId);
    this.sheetText(baseUrl, css);
  }

  sheetInsert(sheetId: number, index: number, rule: string): void {
    this.numbers(PageOp.SHEET_INSERT, sheetId, index);
    this.string(rule);
  }

  sheetDelete(sheetId: number, index: number): void {
    this.numbers(PageOp.SHEET_DELETE, sheetId, index);
  }

  sheetDisabled(ownerId: number, disabled: boolean): void {
    this.numbers(PageOp.SHEET_DISABLED, ownerId, disabled ? 1 : 0);
  }

  adoptedSheet(sheetId: number, baseUrl: string, css: SheetText): void {
    this.numbers(typeof css === 'number' ? PageOp.ADOPTED_ASSET : PageOp.ADOPTED_SHEET, sheetId);
    this.sheetText(baseUrl, css);
  }

  adopt(rootId: number, sheetIds: readonly number[]): void {
    this.numbers(PageOp.ADOPT, rootId, sheetIds.length, ...sheetIds);
  }

  focus(id: number): void {
    this.numbers(PageOp.FOCUS, id);
  }

  modal(id: number, state: ModalState): void {
    this.numbers(PageOp.MODAL, id, state);
  }

  /** Sizes in CSS pixels. */
  hold(id: number, kind: HoldKind, width: number, height: number): void {
    this.numbers(PageOp.HOLD, id, kind);
    if (kind !== HoldKind.NONE) this.numbers(Math.round(width * HOLD_UNITS), Math.round(height * HOLD_UNITS));
  }

  url(url: string): void {
    this.ops.varint(PageOp.URL);
    this.string(url);
  }

  /** The batch's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    this.settle();
    const out = new ByteWriter(this.size + 3 * MAX_VARINT_BYTES);
    for (const column of [this.ops, this.refs, this.textRefs]) {
      out.varint(column.length);
      out.raw(column.view());
    }
    out.raw(this.encoded.view());
    return out.view();
  }

  private sheetText(baseUrl: string, css: SheetText): void {
    this.string(baseUrl);
    if (typeof css === 'number') this.ops.varint(css);
    else this.string(css);
  }

  /** An operation, or the begin of one, of numbers alone. */
  numbers(...values: number[]): void {
    for (const value of values) this.ops.varint(value);
  }

  /** Bytes that belong to the operation begun. */
  raw(bytes: Uint8Array): void {
    this.ops.raw(bytes);
  }

  private document(document: DocumentInfo): void {
    this.string(document.url);
    this.string(document.baseUrl);
    this.numbers(document.mode, document.width, document.height);
  }

  private id(id: number): void {
    if (id !== this.lastId + 1) {
      this.ops.varint(NodeToken.ID);
      this.ops.varint(id);
    }
    this.lastId = id;
  }

  private textString(data: string): void {
    this.string(data, TEXTS, this.textRefs);
  }

  /** A string of an operation that is written number by number. @param kind its table: a name's, or that of an attribute or property */
  string(value: string, kind = OTHERS, refs = this.refs): void {
    if (value.length <= MAX_TABLED_UNITS) {
      const table = tableOf(this.tables, kind, () => new Map<string, number>());
      const known = table.get(value);
      if (known !== undefined) {
        refs.varint(known + 1);
        return;
      }
      table.set(value, table.size);
    }
    refs.varint(0);
    this.strings.push(escaped(value));
    this.unsettledUnits += value.length + 1;
  }
}

function follow(node: ShapeNode, key: string): ShapeNode {
  let next = node.next.get(key);
  if (next === undefined) {
    next = newShapeNode();
    node.next.set(key, next);
  }
  return next;
}
