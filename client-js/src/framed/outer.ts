import type { Part, PartContext } from '../capture/late-part.ts';
import { untouchable } from '../control/tag/reach.ts';
import type { ActionFrame, Plan } from '../delivery/action-inbox.ts';
import { type Action, encodeAction, type Refusal } from '../protocol/action.ts';
import { MalformedBytes } from '../protocol/bytes.ts';
import type { SessionInfo } from '../protocol/control.ts';
import { FrameType } from '../protocol/frame-type.ts';
import type { Frame } from '../protocol/frame.ts';
import { framedId, frameOf, idInFrame, MAX_FRAME_NUMBER, MAX_FRAMED_ID } from '../protocol/framed-id.ts';
import { MAX_FRAMED, MAX_FRAMED_DEPTH } from '../protocol/limits.ts';
import { PageOp } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import { decodePointer, encodePointer, isPointerType, type Pointer } from '../protocol/pointer.ts';
import { createIsAllowed } from './allowed.ts';
import { createFinder } from './finder.ts';
import { FramedDocument } from './framed-document.ts';
import { createLink, type Reply } from './link.ts';
import type { InnerWord } from './words.ts';

/** Bytes of framed documents in one batch of the page: what changes in the page itself does not wait for more. */
const MAX_WRITTEN_BYTES = 32_768;

/** Documents in one frame of the page at a time, and one after another as long as the page lives: what is in one frame must leave room for others. */
const MAX_WITHIN = 8;
const MAX_EVER_WITHIN = 100;

/** Types that guide the consumer and change nothing: what an agent must not touch may be pointed at. */
const GUIDING: ReadonlySet<number> = new Set([FrameType.SCROLL_TO, FrameType.HIGHLIGHT, FrameType.WIGGLE]);

export interface FramesContext extends PartContext {
  readonly brand: string;
  /** `wss://relay` */
  readonly relay: string;
  session(): SessionInfo;
  /** Least time between two batches, and two cursors. */
  cursorMillis(): number;
  /** Takes a pointer frame of the consumer's. */
  send(type: FrameType, payload: Uint8Array): void;
}

/** The frames of a page that tags of their own tell of: their pages go out within this one's batches, and what the agent does in them finds its way. */
export interface Frames extends Part {
  /** Whether the consumer's hands are in one of them, but for this one. */
  isBusy(but?: number): boolean;
  /** What is to be done about an action on a node of one of them. @param isBusy whether the consumer's hands are in the page around it */
  plan(frame: ActionFrame, action: Action & { readonly node: number }, isBusy: boolean): Promise<Plan>;
  /** The agent's pointer goes where its node is, and leaves the frame where it was. */
  point(frame: Frame, pointer: Pointer): void;
  /** The agent's highlight is none of theirs, or of this one alone. */
  unmark(but?: number): void;
  /** Whether to tell of the consumer's pointer: that it is nowhere any more is told by where it was last. @param number 0: the page itself */
  passes(number: number, type: FrameType, payload: Uint8Array): boolean;
  /** The session stands differently. */
  update(): void;
}

export function openFrames(context: FramesContext): Frames {
  return new OuterFrames(context);
}

class OuterFrames implements Frames {
  private readonly context: FramesContext;
  private readonly finder: ReturnType<typeof createFinder>;
  private readonly documents = new Map<number, FramedDocument>();
  private lastNumber = 0;
  /** How many documents there were in a frame of the page. */
  private readonly everWithin = new WeakMap<Element, number>();
  /** Of documents that the viewer knows and that are gone. */
  private gone: number[] = [];
  /** Where the agent's pointers, and the consumer's, were last, by type. */
  private readonly agentAt = new Map<number, number>();
  private readonly consumerAt = new Map<number, number>();

  constructor(context: FramesContext) {
    const { window, brand, relay, isSecret } = context;
    this.context = context;
    const isAllowed = createIsAllowed(relay, brand, window);
    this.finder = createFinder({
      ...{ window, brand, isSecret },
      isAllowed: (origin) => isAllowed(origin, [window.origin]),
      found: (frame, port) => {
        this.open(undefined, frame, port);
      },
      lost: (frame) => {
        this.close(this.at(undefined, frame));
      },
    });
  }

  track(element: Element): void {
    this.finder.track(element as HTMLIFrameElement);
    // Found before: it is placed again.
    if (this.at(undefined, element as HTMLIFrameElement) !== undefined) this.context.changed();
  }

  forget(node: Node): void {
    this.finder.forget(node);
  }

  reset(): void {
    this.gone = [];
    for (const document of this.documents.values()) document.restart();
  }

  write(writer: PageWriter): void {
    for (const number of this.gone.splice(0)) writer.numbers(PageOp.FRAME, number, 0, 0);
    let roomBytes = MAX_WRITTEN_BYTES;
    for (const document of [...this.documents.values()]) {
      if (document.owner === undefined && !this.isToBeSeen(document, writer)) continue;
      roomBytes -= document.write(writer, roomBytes, (element) => this.at(document, element)?.place(writer, element));
    }
    if (this.gone.length > 0 || [...this.documents.values()].some(({ isReady }) => isReady)) this.context.changed();
  }

  stop(): void {
    this.finder.stop();
    for (const document of [...this.documents.values()]) this.close(document);
  }

  isBusy(but = 0): boolean {
    return [...this.documents.values()].some(({ isBusy, number }) => isBusy && number !== but);
  }

  async plan({ type, sender }: ActionFrame, action: Action & { readonly node: number }, isBusy: boolean): Promise<Plan> {
    const document = this.documents.get(frameOf(action.node));
    if (document === undefined) return 'no-such-node';
    const refusal = GUIDING.has(type) ? undefined : await this.refuse(document);
    if (refusal) return refusal;
    const own = inOwnIds(action, document.number);
    if (own === undefined) return 'no-such-node';
    const bytes = encodeAction(own, 0);
    const isElsewhere = isBusy || this.isBusy(document.number);
    const [reply, id] = await document.link.ask({ word: 'plan', type, sender, bytes, isBusy: isElsewhere });
    const answer = toRefusal(reply);
    if (answer) return answer;
    return () => {
      if (!document.isClosed) document.link.tell({ word: 'act', id });
    };
  }

  point({ type, sender, sequence }: Frame, pointer: Pointer): void {
    const number = frameOf(pointer.node);
    const before = this.documents.get(this.agentAt.get(type) ?? 0);
    this.agentAt.set(type, number);
    const tell = (document: FramedDocument | undefined, node: number): void => {
      document?.link.tell({ word: 'point', type, sender, sequence, bytes: encodePointer({ ...pointer, node }) });
    };
    if (before?.number !== number) tell(before, 0);
    tell(this.documents.get(number), idInFrame(pointer.node));
  }

  unmark(but = 0): void {
    for (const { number, link } of this.documents.values()) if (number !== but) link.tell({ word: 'unmark' });
  }

  passes(number: number, type: FrameType, payload: Uint8Array): boolean {
    // A varint that begins so is a 0.
    const isNowhere = payload[0] === 0;
    if (isNowhere && (this.consumerAt.get(type) ?? 0) !== number) return false;
    this.consumerAt.set(type, number);
    return true;
  }

  update(): void {
    for (const document of this.documents.values()) this.tellStand(document);
  }

  /** By the page's own word, at this moment; places it where the viewer does not know it. */
  private isToBeSeen(document: FramedDocument, writer: PageWriter): boolean {
    const frame = document.frame as HTMLIFrameElement;
    const id = this.context.idOf(frame);
    if (id === 0) return false;
    if (this.context.isSecret(frame)) {
      this.finder.release(frame);
      return false;
    }
    if (!document.isPlaced) document.place(writer, id);
    return true;
  }

  private at(owner: FramedDocument | undefined, frame: HTMLIFrameElement | number): FramedDocument | undefined {
    return [...this.documents.values()].find((document) => document.owner === owner && document.frame === frame);
  }

  private hasRoom(owner: FramedDocument | undefined, outermost: HTMLIFrameElement): boolean {
    const within = [...this.documents.values()].filter((document) => document.outermost === outermost);
    const ever = (this.everWithin.get(outermost) ?? 0) + 1;
    this.everWithin.set(outermost, ever);
    const isTooDeep = owner !== undefined && owner.depth >= MAX_FRAMED_DEPTH;
    const isTooMany = within.length >= MAX_WITHIN || ever > MAX_EVER_WITHIN;
    return !isTooDeep && !isTooMany && this.documents.size < MAX_FRAMED && this.lastNumber < MAX_FRAME_NUMBER;
  }

  private open(owner: FramedDocument | undefined, frame: HTMLIFrameElement | number, port: MessagePort): void {
    if (!this.hasRoom(owner, owner?.outermost ?? (frame as HTMLIFrameElement))) {
      port.postMessage({ word: 'stop' });
      port.close();
      return;
    }
    const { changed } = this.context;
    const link = createLink(
      port,
      (word, ports) => {
        this.hear(document, word, ports);
      },
      () => {
        this.close(document);
      },
    );
    const document = new FramedDocument({ number: ++this.lastNumber, owner, frame, link }, changed, () => {
      this.close(document);
    });
    this.documents.set(document.number, document);
    this.tellStand(document);
    changed();
  }

  /** With those inside it. */
  private close(document: FramedDocument | undefined): void {
    if (document === undefined || document.isClosed) return;
    document.close();
    this.documents.delete(document.number);
    if (document.isPlaced) this.gone.push(document.number);
    for (const inner of [...this.documents.values()]) if (inner.owner === document) this.close(inner);
    this.context.changed();
  }

  private hear(document: FramedDocument, word: InnerWord, [port]: readonly MessagePort[]): void {
    if (word.word !== 'part' && !document.hears()) {
      this.close(document);
      return;
    }
    switch (word.word) {
      case 'part':
        if (!document.take(word)) this.close(document);
        break;
      case 'frame':
        this.nested(document, word.element, port);
        break;
      case 'frameless':
        this.close(this.at(document, word.element));
        break;
      case 'pointed':
        this.pointed(document.number, word.type, word.bytes);
        break;
      case 'hands':
        document.isBusy = word.isBusy;
        break;
      case 'gone':
        this.close(document);
        if (document.owner === undefined) this.finder.release(document.outermost);
        break;
      case 'answer':
        break;
    }
  }

  private nested(owner: FramedDocument, element: number, port: MessagePort | undefined): void {
    if (port !== undefined) {
      this.close(this.at(owner, element));
      this.open(owner, element, port);
    }
    if (this.at(owner, element) !== undefined && !owner.wait(element)) this.close(owner);
  }

  private pointed(number: number, type: number, bytes: Uint8Array): void {
    if (!isPointerType(type)) return;
    try {
      const pointer = decodePointer(type, bytes);
      if (pointer.node > MAX_FRAMED_ID || !this.passes(number, type, bytes)) return;
      this.context.send(type, encodePointer({ ...pointer, node: framedId(number, pointer.node) }));
    } catch (fault) {
      if (!(fault instanceof MalformedBytes)) throw fault;
    }
  }

  private async refuse(document: FramedDocument): Promise<Refusal | undefined> {
    const { idOf, isSecret } = this.context;
    const own = idOf(document.outermost) === 0 ? 'no-such-node' : untouchable({ ids: { isMasked: isSecret } }, document.outermost);
    return own ?? toRefusal(await document.reach());
  }

  /** The session's id is no business of other origins. */
  private tellStand({ link }: FramedDocument): void {
    link.tell({ word: 'stand', session: { ...this.context.session(), id: '' }, paceMillis: this.context.cursorMillis() });
  }
}

/** The action as the document's own tag calls its nodes; undefined where it speaks of several documents. */
function inOwnIds(action: Action & { readonly node: number }, number: number): Action | undefined {
  const own = { ...action, node: idInFrame(action.node) } as Action;
  if (own.type !== FrameType.HIGHLIGHT || own.ranges === undefined) return own;
  const isOwn = (id: number): boolean => frameOf(id) === number;
  if (!own.ranges.every(({ start, end }) => isOwn(start) && isOwn(end))) return undefined;
  return { ...own, ranges: own.ranges.map((range) => ({ ...range, start: idInFrame(range.start), end: idInFrame(range.end) })) };
}

/** Whoever does not answer is taken for gone. */
const toRefusal = (reply: Reply): Refusal | undefined => (reply === 'silent' ? 'no-such-node' : reply === '' ? undefined : reply);
