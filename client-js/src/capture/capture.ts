import type { FrameType } from '../protocol/frame-type.ts';
import { KEYFRAME_CHUNK_BYTES, MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { PageWriter } from '../protocol/page-writer.ts';
import { createBudget } from './budget.ts';
import { createFormState } from './form-state.ts';
import { createFrameSender } from './frame-sender.ts';
import { createMasks } from './mask.ts';
import { createNodeTable } from './node-table.ts';
import { ancestor, createRoots, type Root } from './roots.ts';
import { createSheets } from './sheets.ts';
import { createStructure } from './structure.ts';
import { createTasks } from './tasks.ts';
import { createViewState } from './view-state.ts';
import { createWalker, describe } from './walker.ts';

/** Longest main-thread time of one slice of work, in ms: leaves room in a frame of a page that runs at 30 a second. */
const SLICE_MILLIS = 12;
/** Least time between two mutation batches, in ms: 50 ms batches are within 15 % of the bytes of 100 ms ones. */
const FLUSH_MILLIS = 50;
/** The first change after a pause goes out after this time, in ms: enough to take in what one event handler does. */
const FIRST_FLUSH_MILLIS = 8;
/** What no event tells of (values set by scripts, constructed sheets) is looked for this often, in ms. */
const POLL_MILLIS = 400;
/** With this much unsent in the carrier, changes wait at the page and coalesce, in bytes. */
const MAX_BUFFERED_BYTES = 262_144;
/** A mutation batch is cut at this size and goes on in the next, in raw bytes: under the frame limit even if it does not shrink. */
const MAX_BATCH_BYTES = MAX_FRAME_BYTES / 2;

export interface CaptureOptions {
  readonly window: Window;
  /** Takes a page frame; the channel adds epoch and sequence. */
  readonly send: (type: FrameType, payload: Uint8Array, flags: number) => void;
  /** What the carrier has not sent yet, in bytes. */
  readonly bufferedBytes: () => number;
  /** Nodes that are never captured: Tandem's own UI. */
  readonly ignores: (node: Node) => boolean;
  /** Whether the field was a password field at any time before the capture was loaded. */
  readonly wasPassword: (element: Element) => boolean;
  /** Elements that scrolled before the capture was loaded: saves a layout read for each element. */
  readonly scrolled: Iterable<Element>;
}

export interface Capture {
  /** Sends the whole page, then its changes. A keyframe that is not on its way yet answers all requests made until it is. */
  keyframe(): void;
  /** The id that viewers know a node by; 0: none. */
  idOf(node: Node): number;
  nodeOf(id: number): Node | undefined;
  /** Whether the agent must neither see nor act on the element. */
  isMasked(element: Element): boolean;
  /** Sends all that has changed now, in this task. */
  flush(): void;
  /** Ends the capture and leaves nothing of it in the page. */
  stop(): void;
}

/**
 * idle: nothing was asked for yet. walking: a keyframe is being read, in slices. sending: it is being compressed and sent, in slices.
 * live: changes are sent. stopped: for good.
 */
type Phase = 'idle' | 'walking' | 'sending' | 'live' | 'stopped';

/** Captures a page for its viewers. Calls come from the page's main thread, and so do all calls to the options. */
export function startCapture(options: CaptureOptions): Capture {
  const window = options.window as Window & typeof globalThis;
  const now = (): number => window.performance.now();
  const table = createNodeTable();
  const masks = createMasks(options.wasPassword);
  const forms = createFormState(table);
  const sheets = createSheets(table);
  const view = createViewState(window, table, options.scrolled);
  const budget = createBudget(now);
  const sender = createFrameSender(options.send);
  const tasks = createTasks(window);
  let phase: Phase = 'idle';
  let isAskedAgain = false;
  let writer = new PageWriter();
  let chunks: Uint8Array[] = [];
  let lastFlush = 0;
  let learned = 0;

  const roots = createRoots(window, {
    mutated(records) {
      structure.note(records);
      schedule();
    },
    typeChanged(records) {
      for (const { target, oldValue } of records) if (oldValue?.toLowerCase() === 'password') masks.remember(target as Element);
    },
    event: onEvent,
    inserted: (sheet, index, rule) => {
      sheets.inserted(sheet, index, rule);
      schedule();
    },
    deleted: (sheet, index) => {
      sheets.deleted(sheet, index);
      schedule();
    },
    changed: (sheet) => {
      sheets.changed(sheet);
      schedule();
    },
    shadowAttached: (host) => {
      structure.shadowAttached(host);
      schedule();
    },
  });
  const walker = createWalker({
    table,
    masks,
    forms,
    sheets,
    view,
    budget,
    ignores: options.ignores,
    opened: roots.open,
    met: (node, parent) => {
      structure.met(node, parent);
    },
  });
  const structure = createStructure({
    table,
    walker,
    masks,
    styleRemasked: sheets.touch,
    stateChanged: forms.resend,
    isWatched: (node) => node.isConnected && roots.all().has(node.getRootNode() as Root),
    isLate: budget.isSpent,
    forgotten(node) {
      forms.forget(node);
      sheets.forget(node);
      view.forget(node);
      if (node.nodeType === 9 || node.nodeType === 11) roots.close(node as Document | ShadowRoot);
    },
  });

  function onEvent(event: Event): void {
    const target = event.composedPath()[0] as Element | Document;
    if (event.type === 'scroll') view.scrolled(target);
    else if (event.type === 'load' && target.nodeName === 'IFRAME') reload(target as Element);
    schedule();
  }

  /** A frame whose document was written by document.open() keeps the document, and loses what watched it. */
  function reload(frame: Element): void {
    const document = walker.frames.get(frame);
    if (!document || table.known(document) === undefined) return;
    roots.open(document);
    structure.unsettle(document);
  }

  function onResize(): void {
    view.resized();
    schedule();
  }

  function schedule(): void {
    if (phase === 'live') tasks.after(Math.max(FIRST_FLUSH_MILLIS, FLUSH_MILLIS - (now() - lastFlush)), writeBatch);
  }

  function beginKeyframe(): void {
    roots.takeRecords();
    structure.reset();
    for (const part of [walker, forms, sheets, view]) part.reset();
    table.startGeneration();
    writer = new PageWriter(65_536);
    writer.reset(describe(window.document), window.devicePixelRatio);
    phase = 'walking';
    isAskedAgain = false;
    tasks.next(walk(true));
  }

  /** One slice of reading the page for a keyframe. */
  function walk(isFirst: boolean): () => void {
    return () => {
      roots.takeRecords();
      budget.begin(SLICE_MILLIS);
      if (isFirst) walker.document(writer, window.document, null);
      const isRead = walker.resume(writer, structure.isUnsettled) && sheets.write(writer, roots.all(), budget);
      writer.settle();
      tasks.next(isRead ? finishKeyframe : walk(false));
    };
  }

  function finishKeyframe(): void {
    forms.write(writer);
    view.write(writer);
    table.endGeneration();
    const bytes = writer.finish();
    writer = new PageWriter();
    for (let at = 0; at < bytes.length; at += KEYFRAME_CHUNK_BYTES) chunks.push(bytes.subarray(at, at + KEYFRAME_CHUNK_BYTES));
    sender.restart();
    phase = 'sending';
    tasks.next(sendChunk);
  }

  function sendChunk(): void {
    if (options.bufferedBytes() > MAX_BUFFERED_BYTES && !tasks.isDraining) {
      tasks.after(FLUSH_MILLIS, sendChunk);
      return;
    }
    const chunk = chunks.shift();
    if (chunk !== undefined) sender.keyframeChunk(chunk, chunks.length === 0);
    if (chunks.length > 0) {
      tasks.next(sendChunk);
      return;
    }
    phase = 'live';
    if (isAskedAgain) beginKeyframe();
    else tasks.next(writeBatch);
  }

  /** One mutation batch, as far as its time goes; the rest follows in the next. */
  function writeBatch(): void {
    if (options.bufferedBytes() > MAX_BUFFERED_BYTES && !tasks.isDraining) {
      tasks.after(FLUSH_MILLIS, writeBatch);
      return;
    }
    roots.takeRecords();
    budget.begin(SLICE_MILLIS, () => writer.size > MAX_BATCH_BYTES);
    relearn();
    const isSettled = structure.write(writer);
    const isComplete = sheets.write(writer, roots.all(), budget) && isSettled;
    forms.write(writer);
    view.write(writer);
    lastFlush = now();
    sendBatch();
    if (phase !== 'live') return;
    if (!isComplete) tasks.next(writeBatch);
    else if (sheets.verifyOne()) tasks.whenIdle(poll);
  }

  function sendBatch(): void {
    if (writer.isEmpty) return;
    const batch = writer.finish();
    writer = new PageWriter();
    if (!sender.mutations(batch)) beginKeyframe();
  }

  /** A name that was learned as a password's may belong to fields that were sent already. */
  function relearn(): void {
    if (masks.learned === learned) return;
    learned = masks.learned;
    for (const control of forms.controls()) structure.remask(control);
  }

  function poll(): void {
    if (phase === 'live') writeBatch();
  }

  const stopPolling = tasks.every(POLL_MILLIS, poll);
  window.addEventListener('resize', onResize, { passive: true });

  return {
    keyframe() {
      if (phase === 'idle' || phase === 'live') beginKeyframe();
      else if (phase === 'sending') isAskedAgain = true;
    },
    idOf: (node) => table.find(node)?.id ?? 0,
    nodeOf: (id) => table.byId(id)?.node,
    isMasked(element) {
      const known = table.known(element);
      if (known !== undefined) return known.masked || masks.isOwn(element, element.localName);
      for (let node: Node | null = element; node !== null; node = ancestor(node)) {
        if (node.nodeType === 1 && masks.isOwn(node as Element, (node as Element).localName)) return true;
      }
      return false;
    },
    flush() {
      if (phase === 'idle' || phase === 'stopped') return;
      if (phase === 'live') tasks.next(writeBatch);
      tasks.drain();
    },
    stop() {
      phase = 'stopped';
      window.removeEventListener('resize', onResize);
      stopPolling();
      tasks.stop();
      roots.closeAll();
      chunks = [];
    },
  };
}
