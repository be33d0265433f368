import { ByteReader } from '../protocol/bytes.ts';
import { PageOp } from '../protocol/page-op.ts';
import { type PageVisitor, readPageBatch } from '../protocol/page-reader.ts';
import { CannotApply } from './node-table.ts';

/** Whether a batch is a keyframe's. */
export function startsWithReset(batch: Uint8Array): boolean {
  try {
    const whole = new ByteReader(batch);
    return new ByteReader(whole.take(whole.varint())).varint() === PageOp.RESET;
  } catch {
    return false;
  }
}

/** Applies a batch that changes a page which is there. @throws MalformedBytes, CannotApply */
export function applyChange(visitor: Omit<PageVisitor, 'reset'>, batch: Uint8Array): void {
  // Read once for nothing: bytes that are no batch are found before they change anything.
  readPageBatch(batch, IGNORING);
  readPageBatch(
    batch,
    forwardTo(
      () => visitor,
      () => {
        throw new CannotApply('a RESET in the middle of a batch');
      },
    ),
  );
}

/** Reads a batch to its end without doing anything: malformed ones are found before they change the page. */
const IGNORING = new Proxy({} as PageVisitor, { get: () => () => undefined });

/** The visitor of a page that may only come into being with the batch's first operation. */
export function forwardTo(target: () => Omit<PageVisitor, 'reset'>, reset: PageVisitor['reset']): PageVisitor {
  return {
    reset,
    nodes: (parentId, nextId) => target().nodes(parentId, nextId),
    openDocument: (id, info) => target().openDocument(id, info),
    doctype: (id, name, publicId, systemId) => target().doctype(id, name, publicId, systemId),
    openShadow: (id) => target().openShadow(id),
    text: (id, data) => target().text(id, data),
    openElement: (id, namespace, tag, names, values) => target().openElement(id, namespace, tag, names, values),
    css: (baseUrl, css) => target().css(baseUrl, css),
    close: () => target().close(),
    endNodes: () => target().endNodes(),
    remove: (ids) => target().remove(ids),
    move: (id, parentId, nextId) => target().move(id, parentId, nextId),
    setText: (id, data) => target().setText(id, data),
    attribute: (id, name, value) => target().attribute(id, name, value),
    value: (id, value) => target().value(id, value),
    checked: (id, bits) => target().checked(id, bits),
    selected: (id, indices) => target().selected(id, indices),
    scroll: (id, left, top) => target().scroll(id, left, top),
    viewport: (width, height, dpr) => target().viewport(width, height, dpr),
    sheet: (id, baseUrl, css) => target().sheet(id, baseUrl, css),
    sheetInsert: (id, index, rule) => target().sheetInsert(id, index, rule),
    sheetDelete: (id, index) => target().sheetDelete(id, index),
    sheetDisabled: (id, disabled) => target().sheetDisabled(id, disabled),
    adoptedSheet: (id, baseUrl, css) => target().adoptedSheet(id, baseUrl, css),
    adopt: (id, ids) => target().adopt(id, ids),
    focus: (id) => target().focus(id),
    modal: (id, state) => target().modal(id, state),
    hold: (id, kind, width, height) => target().hold(id, kind, width, height),
    playback: (id, bits, positionMillis, rate) => target().playback(id, bits, positionMillis, rate),
    animation: (number, animation) => target().animation(number, animation),
    animationState: (number, state, positionMillis, rate) => target().animationState(number, state, positionMillis, rate),
    url: (url) => target().url(url),
    selection: (ranges) => target().selection(ranges),
    state: (kind, ids) => target().state(kind, ids),
    visible: (left, top, width, height) => target().visible(left, top, width, height),
    frame: (number, owner, elementId) => target().frame(number, owner, elementId),
    framePart: (number, type, flags, payload) => target().framePart(number, type, flags, payload),
  };
}
