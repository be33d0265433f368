import { FrameType } from '../protocol/frame-type.ts';
import { type MediaFeatures, watchMediaFeatures } from '../protocol/media-features.ts';
import { PageWriter } from '../protocol/page-writer.ts';
import { type ShadowOf, shadowsOf } from '../inner-roots.ts';
import { Assets } from './assets.ts';
import type { BesideContext } from './beside.ts';
import { type Budget, createBudget } from './budget.ts';
import type { Capture, CaptureOptions } from './capture-options.ts';
import { Content } from './content.ts';
import { Deflater } from './deflate.ts';
import { createFormState } from './form-state.ts';
import type { BatchType } from './frame-sender.ts';
import { LatePart } from './late-part.ts';
import type { LateContext, LateState } from './late-state.ts';
import { createMasks, type Masks } from './mask.ts';
import { createNodeTable } from './node-table.ts';
import { Outgoing } from './outgoing.ts';
import { Rests } from './rests.ts';
import { createRoots, type Root, type RootListener, type Roots } from './roots.ts';
import { Sheets } from './sheets.ts';
import { Sight } from './sight.ts';
import { Structure } from './structure.ts';
import { createTasks, type Tasks } from './tasks.ts';
import { createViewState, type ViewState } from './view-state.ts';
import { describe, Walker } from './walker.ts';

/** Longest main-thread time of one slice of work, in ms: leaves room in a frame of a page that runs at 30 a second. */
const SLICE_MILLIS = 12;
/** The first change after a pause goes out after this time, in ms: enough to take in what one event handler does. */
const FIRST_FLUSH_MILLIS = 8;
/** What no event tells of (values set by scripts, constructed sheets) is looked for this often, in ms. */
const POLL_MILLIS = 400;
/** With more documents and shadow roots than this, their lists of constructed sheets are compared at each poll, not at each batch. */
const MANY_ROOTS = 256;
/** A mutation batch ends at about this size and goes on in the next, in raw bytes: what the page does meanwhile is in that one. */
const MAX_BATCH_BYTES = 32_768;
/** What waits of a page and does not show is gathered to this size: deflated by itself, it shrinks the better the more it is. Raw bytes. */
const LATER_BATCH_BYTES = 131_072;
/** On a quick line it is sent after this time, in ms, however little it is. */
const LATER_MILLIS = 100;

/** First size of a keyframe's columns, in bytes; they grow. */
const KEYFRAME_COLUMN_BYTES = 65_536;

/**
 * idle: nothing was asked for yet. walking: a keyframe is being read, in slices, is packed, or waits for room. sending: a batch is packed, or a part of it, or of a keyframe, was sent and more follow.
 * live: changes are sent. stopped: for good.
 */
type Phase = 'idle' | 'walking' | 'sending' | 'live' | 'stopped';

/** Captures a page for its viewers. Calls come from the page's main thread, and so do all calls to the options. */
export function startCapture(options: CaptureOptions): Capture {
  return new PageCapture(options);
}

class PageCapture implements Capture {
  readonly shadowOf: ShadowOf;
  private readonly options: CaptureOptions;
  private readonly window: Window & typeof globalThis;
  private readonly table = createNodeTable();
  private readonly forms = createFormState(this.table);
  private readonly assets: Assets;
  private readonly sheets: Sheets;
  private readonly rests = new Rests(this.table);
  private readonly masks: Masks;
  private readonly view: ViewState;
  readonly beside: BesideContext;
  private readonly media: LatePart;
  private readonly frames: LatePart;
  /** Parts that are loaded after the first view. */
  private readonly late: LateState[] = [];
  private readonly budget: Budget;
  private readonly outgoing: Outgoing;
  private readonly tasks: Tasks;
  private readonly roots: Roots;
  private readonly features: MediaFeatures;
  /** Those of the keyframe that is read, or that was sent last. */
  private toldFeatures = 0;
  /** How many nodes had become masked when what is not sent yet was begun: with one more, some of it may not be sent any more. */
  private maskings = 0;
  /** Something happened that does not wait for more of the page. */
  private hasNews = false;
  private readonly walker: Walker;
  private readonly content: Content;
  private readonly structure: Structure;
  private readonly stopPolling: () => void;
  private phase: Phase = 'idle';
  private isKeptBack = false;
  private isPollDue = false;
  private writer = new PageWriter();
  private lastFlush = 0;
  private sight: Sight;

  constructor(options: CaptureOptions) {
    this.options = options;
    const window = options.window as Window & typeof globalThis;
    this.window = window;
    const deflater = new Deflater(window);
    this.assets = new Assets(window, deflater, () => {
      this.schedule();
    });
    this.sheets = new Sheets(this.table, this.assets);
    this.shadowOf = shadowsOf(options.closed);
    this.sight = this.look();
    this.masks = createMasks(options.wasPassword);
    this.view = createViewState(window, this.table, this.shadowOf, options.scrolled);
    this.beside = this.createBeside();
    this.media = new LatePart(options.loadMedia, this.beside);
    this.frames = new LatePart(options.loadFrames, this.beside);
    this.budget = createBudget(() => window.performance.now());
    this.tasks = createTasks(window);
    this.outgoing = new Outgoing(deflater, options.send, () => {
      this.tasks.next(this.sendPart);
    });
    this.roots = createRoots(window, this.rootListener());
    const { table, masks, forms, sheets, view, media, frames, budget, roots, rests, shadowOf } = this;
    const { ignores } = options;
    this.walker = new Walker({
      ...{ table, masks, forms, sheets, view, media, frames, budget, rests, ignores, shadowOf },
      opened: (root) => {
        roots.open(root);
      },
      met: (node, parent) => {
        this.structure.met(node, parent);
      },
    });
    const { walker } = this;
    this.content = new Content({ table, walker, masks, forms, sheets, shadowOf });
    this.structure = new Structure({
      ...{ table, walker, budget, rests, shadowOf },
      content: this.content,
      isWatched: (node) => node.isConnected && roots.all().has(node.getRootNode() as Root),
      forgotten: (node) => {
        this.forget(node);
      },
    });
    this.features = watchMediaFeatures(window, options.featuresChanged);
    this.stopPolling = this.tasks.every(POLL_MILLIS, this.poll);
    window.addEventListener('resize', this.onResize, { passive: true });
  }

  keyframe(isAnew = false): void {
    if (this.phase === 'stopped') return;
    if (this.phase === 'walking' && !isAnew && this.features.bits() === this.toldFeatures) this.goOn();
    else this.beginKeyframe();
  }

  goOn(): void {
    if (!this.isKeptBack) return;
    this.isKeptBack = false;
    if (this.phase !== 'live') this.tasks.next(this.sendPart);
    else {
      this.schedule();
      // What waits of the page fills the line.
      if (!this.rests.isEmpty) this.tasks.whenIdle(this.poll);
    }
  }

  idOf(node: Node): number {
    return this.table.find(node)?.id ?? 0;
  }

  nodeOf(id: number): Node | undefined {
    return this.table.byId(id)?.node;
  }

  get isWhole(): boolean {
    return this.phase === 'live' && this.rests.isEmpty && this.writer.isEmpty && !this.assets.isBusy;
  }

  viewerHas(prefixes: ReadonlySet<string> | undefined): void {
    this.assets.viewerHas(prefixes);
  }

  include(create: (context: LateContext) => LateState): void {
    const { shadowOf } = this;
    const late = create({
      shadowOf,
      known: this.table.known,
      roots: this.roots.all,
      isWhole: () => this.rests.isEmpty,
      changed: () => this.schedule(),
    });
    this.late.push(late);
    this.schedule();
  }

  isMasked(element: Element): boolean {
    return this.masks.covers(element);
  }

  flush(): void {
    if (this.phase === 'idle' || this.phase === 'stopped') return;
    this.isPollDue = true;
    if (this.phase === 'live') this.tasks.next(this.writeBatch);
    else {
      this.outgoing.hurry();
      this.goOn();
    }
    this.tasks.drain();
  }

  stop(): void {
    this.phase = 'stopped';
    this.window.removeEventListener('resize', this.onResize);
    this.stopPolling();
    this.features.stop();
    this.tasks.stop();
    this.assets.stop();
    this.media.stop();
    this.frames.stop();
    this.roots.closeAll();
    this.outgoing.clear();
  }

  private createBeside(): BesideContext {
    return {
      window: this.window,
      idOf: (element) => this.table.known(element)?.id ?? 0,
      // What was noted of it may be older than what it shows.
      isSecret: (element) => this.table.known(element)?.masked !== false || this.isMasked(element),
      roots: () => this.roots.all(),
      send: (asset, maySend) => this.assets.add(asset, maySend),
      viewerHas: (hash) => this.assets.knows(hash),
      // One at a time, and after the page.
      hasRoom: () => this.isWhole && !this.assets.hasOthers && this.options.hasRoom(),
      changed: () => this.schedule(),
    };
  }

  private rootListener(): RootListener {
    const thenSchedule =
      <A extends readonly unknown[]>(note: (...args: A) => void) =>
      (...args: A): void => {
        note(...args);
        this.schedule();
      };
    return {
      mutated: thenSchedule((records) => this.structure.note(records)),
      typeChanged: (records) => {
        for (const { target, oldValue } of records) {
          if (/^password$/i.test(oldValue ?? '') || (target as HTMLInputElement).type === 'password')
            this.masks.remember(target as Element);
        }
      },
      event: thenSchedule((event) => this.onEvent(event)),
      inserted: thenSchedule((sheet, index, rule) => this.sheets.inserted(sheet, index, rule)),
      deleted: thenSchedule((sheet, index) => this.sheets.deleted(sheet, index)),
      changed: thenSchedule((sheet) => this.sheets.changed(sheet)),
      shadowAttached: thenSchedule((host, root) => {
        if (root.mode === 'closed') this.options.closed.set(host, root);
        this.structure.shadowAttached(host);
      }),
    };
  }

  private onEvent(event: Event): void {
    const target = event.composedPath()[0] as Element | Document;
    if (event.type === 'scroll') this.view.scrolled(target);
    else if (event.type === 'load' && target.nodeName === 'IFRAME') this.reload(target as Element);
  }

  /** A frame whose document was written by document.open() keeps the document, and loses what watched it. */
  private reload(frame: Element): void {
    const document = this.walker.frames.get(frame);
    if (!document || this.table.known(document) === undefined) return;
    this.roots.open(document);
    this.structure.unsettle(document);
  }

  private readonly onResize = (): void => {
    this.view.resized();
    this.schedule();
  };

  private forget(node: Node): void {
    for (const part of [this.forms, this.sheets, this.view, this.media, this.frames, this.rests]) part.forget(node);
    if (node.nodeType === 9 || node.nodeType === 11) this.roots.close(node as Root);
  }

  private get isLive(): boolean {
    return this.phase === 'live';
  }

  private schedule(): void {
    this.hasNews = true;
    this.rests.outdate();
    if (this.phase !== 'live') return;
    const sinceLast = this.window.performance.now() - this.lastFlush;
    this.tasks.after(Math.max(FIRST_FLUSH_MILLIS, this.options.flushMillis() - sinceLast), this.writeBatch);
  }

  private readonly poll = (): void => {
    this.isPollDue = true;
    if (this.phase === 'live') this.writeBatch();
    else if (this.phase === 'sending') this.readAhead();
  };

  private beginKeyframe(): void {
    this.roots.takeRecords();
    const { structure, content, walker, rests, forms, sheets, view, media, frames, late } = this;
    for (const part of [structure, content, walker, rests, forms, sheets, view, media, frames, ...late]) part.reset();
    this.assets.restart();
    this.table.startGeneration();
    this.writer = new PageWriter(KEYFRAME_COLUMN_BYTES);
    this.toldFeatures = this.features.bits();
    this.writer.reset(describe(this.window.document), this.window.devicePixelRatio, this.toldFeatures);
    this.phase = 'walking';
    // What waited for room is a part of the keyframe.
    this.isKeptBack = false;
    this.outgoing.clear();
    this.tasks.afterFrame(() => {
      this.sight = this.look();
      this.sight.probe(this.window.document);
      this.tasks.next(this.walkFirst);
    });
  }

  private readonly walkFirst = (): void => {
    this.walker.look(this.sight);
    this.budget.begin(SLICE_MILLIS);
    this.walker.document(this.writer, this.window.document, null);
    this.tasks.next(this.walkOn);
  };

  /** One more slice of reading the page for a keyframe. */
  private readonly walkOn = (): void => {
    this.roots.takeRecords();
    this.content.judge();
    this.budget.begin(SLICE_MILLIS);
    const isWalked = this.walker.resume(this.writer, this.structure.isUnsettled);
    const isRead = isWalked && this.sheets.write(this.writer, this.roots.all(), this.budget);
    this.writer.settle();
    this.tasks.next(isRead ? this.finishKeyframe : this.walkOn);
  };

  private readonly finishKeyframe = (): void => {
    // A field may have become secret while the rest of the page was read.
    for (const control of this.forms.controls()) {
      const entry = this.table.known(control);
      if (entry !== undefined && !entry.masked) entry.masked = this.masks.isOwn(control, control.localName);
    }
    this.roots.takeRecords();
    this.content.judge();
    this.walker.look(undefined);
    this.assets.close();
    this.rests.outdate(true);
    this.writeState();
    this.cut(FrameType.KEYFRAME, true);
    this.tasks.next(this.sendPart);
  };

  /** What was written is to be sent. */
  private cut(type: BatchType, isNew: boolean): void {
    this.hasNews = false;
    this.maskings = this.content.maskings;
    this.outgoing.take(type, this.writer.finish(), isNew && !this.tasks.isDraining);
    this.writer = new PageWriter();
  }

  private readonly sendPart = (): void => {
    if (!this.outgoing.isReady || this.mustWait()) return;
    if (this.phase === 'sending') {
      this.roots.takeRecords();
      this.content.judge();
      if (this.content.maskings !== this.maskings) return this.beginKeyframe();
    }
    this.sendNext();
    if (this.phase === 'live') this.tasks.next(this.writeBatch);
  };

  private sendNext(): void {
    // Before it is sent, for that may lead to a keyframe.
    this.phase = this.outgoing.isLast ? 'live' : 'sending';
    if (this.phase === 'sending') this.tasks.next(this.sendPart);
    this.outgoing.sendNext();
  }

  private mustWait(): boolean {
    this.isKeptBack = !this.tasks.isDraining && !this.options.hasRoom();
    return this.isKeptBack;
  }

  /** One mutation batch, as far as its time goes; the rest follows in the next. */
  private readonly writeBatch = (): void => {
    // Asked for by a timer or in an idle moment, it may come while the batch before it is packed.
    if (this.phase !== 'live') return;
    if (this.mustWait()) return this.readAhead();
    this.roots.takeRecords();
    const gatheredBytes = this.writer.size;
    if (gatheredBytes === 0) this.maskings = this.content.maskings;
    this.budget.begin(SLICE_MILLIS, () => this.writer.size > gatheredBytes + MAX_BATCH_BYTES);
    const isSettled = this.structure.write(this.writer);
    const roots = this.roots.all();
    const isComplete = this.sheets.write(this.writer, this.isPollDue || roots.size <= MANY_ROOTS ? roots : [], this.budget) && isSettled;
    this.isPollDue = !isComplete;
    const changedBytes = this.writer.size - gatheredBytes;
    const shows = isSettled && this.sendLater();
    const isEarly = this.window.performance.now() - this.lastFlush < LATER_MILLIS;
    // What was gathered may be a secret by now.
    if (gatheredBytes > 0 && this.content.maskings !== this.maskings) return this.beginKeyframe();
    const mayWait = changedBytes === 0 && !shows && !this.hasNews && !this.writer.isEmpty;
    if (mayWait && isEarly && this.mayReadOn) return this.tasks.whenIdle(this.poll);
    const isNew = this.writer.size > 2 * changedBytes;
    this.writeState();
    this.lastFlush = this.window.performance.now();
    if (!this.writer.isEmpty) {
      this.cut(FrameType.MUTATIONS, isNew);
      if (this.outgoing.isReady) this.sendNext();
      else this.phase = 'sending';
    }
    if (this.phase !== 'live') {
      if (this.mayReadOn) this.tasks.whenIdle(this.poll);
      return;
    }
    this.sendAssets();
    // That may lead to a keyframe.
    if (!this.isLive) return;
    if (!isComplete) this.tasks.next(this.writeBatch);
    else if (!this.rests.isEmpty || this.sheets.verifyOne()) this.tasks.whenIdle(this.poll);
  };

  /** As much of the large sheets as leaves soon; the page's changes go in between. */
  private sendAssets(): void {
    while (this.phase === 'live' && !this.mustWait()) {
      const payload = this.assets.next();
      if (payload === undefined) return;
      this.options.send(FrameType.ASSET, payload, 0);
    }
  }

  /** Reads on in what waits while the line is busy: what it has room for next is there then, and shrinks better. */
  private readAhead(): void {
    this.roots.takeRecords();
    this.content.judge();
    if (!this.mayReadOn || this.rests.hasUrgent || !this.structure.isSettled) return;
    if (this.writer.isEmpty && this.phase === 'live') this.maskings = this.content.maskings;
    this.budget.begin(SLICE_MILLIS, () => this.writer.size > LATER_BATCH_BYTES);
    this.sendLater();
    this.tasks.whenIdle(this.poll);
  }

  private get mayReadOn(): boolean {
    return (
      this.phase !== 'stopped' &&
      this.writer.size < LATER_BATCH_BYTES &&
      !this.rests.isEmpty &&
      !this.tasks.isDraining &&
      !this.assets.isBusy
    );
  }

  /** What waits of the page, as far as the time goes; not when the page is about to go. @returns whether something of it shows */
  private sendLater(): boolean {
    if (this.rests.isEmpty || this.tasks.isDraining) return false;
    const now = this.window.performance.now();
    if (this.rests.isOrderDue(now)) this.rests.order((this.sight = this.look()), now);
    // What shows does not wait for large sheets; all else does.
    return this.walker.sendLater(this.writer, this.sight, this.assets.isBusy);
  }

  private look(): Sight {
    return new Sight(this.window.document, this.shadowOf);
  }

  /** What is known only after the nodes: values, positions, and boxes that wait for their content. */
  private writeState(): void {
    this.forms.write(this.writer);
    this.view.write(this.writer);
    for (const part of [this.media, ...this.late, this.frames]) part.write(this.writer);
    this.rests.writeHolds(this.writer);
    if (this.rests.isEmpty) this.table.endGeneration();
  }
}
