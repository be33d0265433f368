import { FrameType } from '../protocol/frame-type.ts';
import { Flag } from '../protocol/frame.ts';
import { MAX_FRAMED_PART_BYTES } from '../protocol/limits.ts';
import { PageOp } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import type { Link, Reply } from './link.ts';
import type { InnerWord } from './words.ts';

/** Bytes of parts that an inner tag may have on their way: it stops at half of that, but for the part at hand. */
const MAX_WAITING_BYTES = 131_072;
/** Words about frames of its own that may wait among the parts. */
const MAX_WAITING_ITEMS = 1_024;
/** Words besides parts that an inner tag may say at once, and in a second from then on: pointers are the most of them, 20 a second. */
const MAX_WORDS = 400;
const WORDS_PER_SECOND = 100;
/** Whoever has the frame was silent: asked again after this time, in ms. */
const ASK_AGAIN_MILLIS = 1_000;

type Part = Omit<Extract<InnerWord, { word: 'part' }>, 'word' | 'line'>;

const KNOWN_FLAGS = Flag.COMPRESSED | Flag.LINKED | Flag.MORE;

/** A document in a frame, of another origin, as the outer tag has it: what it sent waits here until it is written into the page's own batches. */
export class FramedDocument {
  /** What the agent's side knows it by. */
  readonly number: number;
  /** The framed document that its frame is in; undefined: the page itself. */
  readonly owner: FramedDocument | undefined;
  /** Its frame: an element of the page, or the id that the owner gave it. */
  readonly frame: HTMLIFrameElement | number;
  readonly link: Link;
  /** Whether the consumer's hands are in it. */
  isBusy = false;
  /** Whether the viewer knows where it is, since the page or its owner began anew. */
  isPlaced = false;
  isClosed = false;
  private readonly changed: () => void;
  private readonly secret: () => void;
  private line = 0;
  /** Parts; and, by its element, a frame of the document's own that can be placed when what came before was written. */
  private waiting: (Part | number)[] = [];
  private waitingBytes = 0;
  /** How many items came, may be written, and were, or were dropped. */
  private came = 0;
  private cleared = 0;
  private done = 0;
  private isAsking = false;
  private words = MAX_WORDS;
  private heardAt = performance.now();

  /**
   * @param changed there is something to write
   * @param secret what is in it must not be seen any more
   */
  constructor(place: Pick<FramedDocument, 'number' | 'owner' | 'frame' | 'link'>, changed: () => void, secret: () => void) {
    this.number = place.number;
    this.owner = place.owner;
    this.frame = place.frame;
    this.link = place.link;
    this.changed = changed;
    this.secret = secret;
  }

  /** 1: a frame of the page itself. */
  get depth(): number {
    return 1 + (this.owner?.depth ?? 0);
  }

  /** The frame of the page that this one is in, however deep. */
  get outermost(): HTMLIFrameElement {
    return this.owner?.outermost ?? (this.frame as HTMLIFrameElement);
  }

  /** The viewer knows where it is: it begins anew. */
  place(writer: PageWriter, elementId: number): void {
    writer.numbers(PageOp.FRAME, this.number, this.owner?.number ?? 0, elementId);
    this.restart();
    this.isPlaced = true;
    this.link.tell({ word: 'send', line: ++this.line });
  }

  /** What waits is of no use to the viewer. */
  restart(): void {
    this.isPlaced = false;
    if (this.waitingBytes > 0) this.link.tell({ word: 'took', bytes: this.waitingBytes });
    this.done = this.came;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** One more word but a part. @returns false where an inner tag of ours would not say so many */
  hears(): boolean {
    const now = performance.now();
    this.words = Math.min(MAX_WORDS, this.words + ((now - this.heardAt) / 1_000) * WORDS_PER_SECOND) - 1;
    this.heardAt = now;
    return this.words >= 0;
  }

  /** @returns false where an inner tag of ours would not have said so */
  take({ line, type, flags, bytes }: Extract<InnerWord, { word: 'part' }>): boolean {
    const isPart = type === FrameType.KEYFRAME || type === FrameType.MUTATIONS || type === FrameType.ASSET;
    const isLong = bytes.length > MAX_FRAMED_PART_BYTES || this.waitingBytes + bytes.length > MAX_WAITING_BYTES;
    if (!isPart || flags & ~KNOWN_FLAGS || isLong) return false;
    if (!this.isPlaced || line !== this.line) {
      this.link.tell({ word: 'took', bytes: bytes.length });
      return true;
    }
    this.waitingBytes += bytes.length;
    return this.wait({ type, flags, bytes });
  }

  /** A frame in it has a document that can be placed once what came before was written. */
  wait(item: Part | number): boolean {
    this.waiting.push(item);
    this.came++;
    if (this.owner === undefined) {
      this.cleared = this.came;
      this.changed();
    } else void this.clear();
    return this.waiting.length <= MAX_WAITING_ITEMS;
  }

  /** Writes what waits and may be seen. @returns how many bytes */
  write(writer: PageWriter, roomBytes: number, placeInner: (element: number) => void): number {
    let written = 0;
    while (this.done < this.cleared && written < roomBytes) {
      const item = this.waiting.shift() as Part | number;
      this.done++;
      if (typeof item === 'number') placeInner(item);
      else {
        writer.numbers(PageOp.FRAME_PART, this.number, item.type, item.flags, item.bytes.length);
        writer.raw(item.bytes);
        written += item.bytes.length;
      }
    }
    if (written > 0) this.link.tell({ word: 'took', bytes: written });
    this.waitingBytes -= written;
    return written;
  }

  /** Whether something may be written. */
  get isReady(): boolean {
    return this.done < this.cleared;
  }

  /** What those say who have the frames around it, but for the page's own: empty where the agent may see and touch what is in it. */
  async reach(): Promise<Reply> {
    if (this.owner === undefined) return '';
    const [reply] = await this.owner.link.ask({ word: 'reach', element: this.frame as number });
    if (isHidden(reply) || reply === 'silent') return reply;
    return (await this.owner.reach()) || reply;
  }

  close(): void {
    this.isClosed = true;
    this.link.tell({ word: 'stop' });
    this.link.close();
  }

  /** What came of one that is nested may have become secret before it came: whoever has its frame is asked after that. */
  private async clear(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const { came } = this;
    const reply = await this.reach();
    this.isAsking = false;
    if (this.isClosed) return;
    if (isHidden(reply)) this.secret();
    else if (reply === 'silent') setTimeout(() => void this.clear(), ASK_AGAIN_MILLIS);
    else {
      this.cleared = came;
      this.changed();
      if (came < this.came) void this.clear();
    }
  }
}

/** What is in the frame must not be seen, or it is not there any more. */
const isHidden = (reply: Reply): boolean => reply !== '' && reply !== 'agent-proof' && reply !== 'silent';
