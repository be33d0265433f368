import type * as Acting from '../acting.ts';
import type { Capture, CaptureOptions } from '../capture/capture-options.ts';
import type { Witness } from '../capture/witness.ts';
import { elementOf, untouchable } from '../control/tag/reach.ts';
import { type ActionFrame, carryOut } from '../delivery/action-inbox.ts';
import { passOverMalformed } from '../delivery/pass-over.ts';
import { isActionType, type Refusal } from '../protocol/action.ts';
import type { SessionInfo } from '../protocol/control.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { isPointerType } from '../protocol/pointer.ts';
import { element } from '../ui/tag/element.ts';
import type { Host } from '../ui/tag/host.ts';
import { createScout } from './scout.ts';
import { type InnerWord, type OuterWord, readOuterWord } from './words.ts';

/** Bytes that may be on their way to the outer tag: beyond, changes wait in this page, and coalesce. */
const WINDOW_BYTES = 65_536;
/** Whether the consumer's hands are still in this document is looked at this often, in ms, while they are. */
const HANDS_MILLIS = 500;

/** Covers the document, and takes no pointer: the agent's cursor and marks are drawn into it. */
const LAYER_STYLE =
  'position:fixed;inset:0;width:auto;height:auto;margin:0;padding:0;border:0;background:0 0;pointer-events:none;overflow:hidden';

/** What the inner tag has around it. */
export interface InnerContext {
  readonly window: Window & typeof globalThis;
  readonly brand: string;
  /** `wss://relay` */
  readonly relay: string;
  /** Origins besides the document's own that an agent may lead to, parted by blanks. */
  readonly origins: string;
  readonly host: Host;
  readonly witness: Witness;
  readonly load: () => Promise<{ startCapture(options: CaptureOptions): Capture }>;
  readonly loadActing: () => Promise<Pick<typeof Acting, 'bringAgent'>>;
  readonly loadMedia: CaptureOptions['loadMedia'];
}

/** This document's part in the session of the page around it; all of it ends with the port. */
export interface Inner {
  readonly isOver: boolean;
  stop(): void;
}

export function openInner(port: MessagePort, context: InnerContext): Inner {
  return new InnerTag(port, context);
}

class InnerTag implements Inner {
  isOver = false;
  private readonly port: MessagePort;
  private readonly context: InnerContext;
  private readonly layer: HTMLElement;
  private readonly listening = new AbortController();
  private capture: Capture | undefined;
  private agent: Acting.AgentInPage | undefined;
  private whenBegun: Promise<void> | undefined;
  private session: SessionInfo | undefined;
  private paceMillis = 0;
  private line = 0;
  private travellingBytes = 0;
  private whenActing: Promise<Acting.AgentInPage | undefined> | undefined;
  private planned: { readonly id: number; readonly action: ActionFrame } | undefined;
  /** The consumer's hands are in another document. */
  private isBusyElsewhere = false;
  private isBusy = false;
  private handsTimer: ReturnType<typeof setInterval> | undefined;

  constructor(port: MessagePort, context: InnerContext) {
    this.port = port;
    this.context = context;
    this.layer = element('div', { popover: 'manual' });
    // An attribute would need the leave of the document's Content-Security-Policy.
    this.layer.style.cssText = LAYER_STYLE;
    port.onmessage = ({ data }: MessageEvent) => {
      const word = readOuterWord(data);
      if (word !== undefined) this.hear(word);
    };
    const heard = { capture: true, passive: true, signal: this.listening.signal };
    for (const type of ['focusin', 'focusout', 'keydown', 'input']) context.window.addEventListener(type, this.handsMoved, heard);
    context.window.addEventListener(
      'pagehide',
      () => {
        this.tell({ word: 'gone' });
        this.stop();
      },
      heard,
    );
  }

  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.port.onmessage = null;
    this.port.close();
    this.listening.abort();
    clearInterval(this.handsTimer);
    this.capture?.stop();
    this.agent?.stop();
    this.context.host.remove(this.layer);
  }

  private hear(word: OuterWord): void {
    switch (word.word) {
      case 'send':
        void this.send(word.line);
        break;
      case 'took':
        this.travellingBytes -= word.bytes;
        this.capture?.goOn();
        break;
      case 'stand':
        this.session = word.session;
        this.paceMillis = word.paceMillis;
        this.agent?.update(word.session);
        break;
      case 'point':
        this.point(word);
        break;
      case 'unmark':
        this.agent?.unmark();
        break;
      case 'plan':
        void this.plan(word);
        break;
      case 'act':
        this.act(word.id);
        break;
      case 'reach':
        this.tell({ word: 'answer', id: word.id, refusal: this.reach(word.element) });
        break;
      case 'stop':
        this.stop();
    }
  }

  private readonly tell = (word: InnerWord, port?: MessagePort): void => {
    this.port.postMessage(word, port === undefined ? [] : [port]);
  };

  private async send(line: number): Promise<void> {
    await (this.whenBegun ??= this.begin());
    if (this.isOver) return;
    this.line = line;
    this.capture?.keyframe(true);
  }

  private async begin(): Promise<void> {
    const { window, host, witness, load, loadMedia } = this.context;
    const { startCapture } = await load();
    if (this.isOver) return;
    const capture = startCapture({
      window,
      send: this.part,
      hasRoom: () => this.travellingBytes < WINDOW_BYTES,
      flushMillis: () => this.paceMillis,
      ignores: this.ignores,
      ...{ wasPassword: witness.wasPassword, scrolled: witness.scrolled(), closed: witness.closed },
      loadMedia,
      loadFrames: (part) => Promise.resolve(createScout({ ...this.context, ...part, tell: this.tell })),
      featuresChanged: () => capture.keyframe(),
    });
    this.capture = capture;
    // Which style sheets the agent's desk has is no business of other origins.
    capture.viewerHas(new Set());
    host.add(this.layer);
    void this.expectAgent();
  }

  private expectAgent(): Promise<Acting.AgentInPage | undefined> {
    return (this.whenActing ??= this.bringAgent());
  }

  /** Beside the page's first view. */
  private async bringAgent(): Promise<Acting.AgentInPage | undefined> {
    const { bringAgent } = await this.context.loadActing();
    const { capture, session } = this;
    if (this.isOver || capture === undefined || session === undefined) return undefined;
    this.agent = bringAgent({
      ids: capture,
      origins: this.context.origins.split(/\s+/),
      session: () => this.session ?? session,
      ignores: this.ignores,
      send: (type, bytes) => this.tell({ word: 'pointed', type, bytes }),
      cursorMillis: () => this.paceMillis,
      frame: { layer: this.layer },
      // Whether it is meant for this document, the outer tag has seen.
      epoch: () => 0,
      isBusyElsewhere: () => this.isBusyElsewhere,
    });
    this.lookAtHands();
    return this.agent;
  }

  private readonly ignores = (node: Node): boolean => {
    const { element: own, root } = this.context.host;
    return node === own || node.getRootNode() === root;
  };

  private readonly part = (type: FrameType, payload: Uint8Array, flags: number): void => {
    const bytes = payload.slice();
    this.travellingBytes += bytes.length;
    this.port.postMessage({ word: 'part', line: this.line, type, flags, bytes } satisfies InnerWord, [bytes.buffer]);
  };

  private async plan({ id, type, sender, bytes, isBusy }: Extract<OuterWord, { word: 'plan' }>): Promise<void> {
    const agent = await this.expectAgent();
    this.isBusyElsewhere = isBusy;
    // Where the document goes is its own business, and the consumer's: no page around it may send it anywhere with what its own requests bring along.
    const isOfNode = isActionType(type) && type !== FrameType.NAVIGATE;
    const action = isOfNode ? { type, sender, flags: 0, epoch: 0, sequence: 0, payload: bytes } : undefined;
    const plan = action ? (agent?.plan(action) ?? 'not-active') : 'malformed';
    this.planned = action && typeof plan === 'function' ? { id, action } : undefined;
    this.tell({ word: 'answer', id, refusal: typeof plan === 'function' ? '' : plan });
  }

  /** Planned once more: since it was, its element may have become secret. */
  private act(id: number): void {
    const { planned } = this;
    this.planned = undefined;
    const plan = planned?.id === id ? this.agent?.plan(planned.action) : undefined;
    if (typeof plan === 'function') carryOut(plan);
  }

  private point({ type, sender, sequence, bytes }: Extract<OuterWord, { word: 'point' }>): void {
    if (!this.agent || !isPointerType(type)) return;
    passOverMalformed(this.agent.hear)({ type, sender, sequence, flags: 0, epoch: 0, payload: bytes });
  }

  /** Why the agent may not see, or touch, what is in a frame of this document. */
  private reach(id: number): Refusal | '' {
    const frame = this.capture && elementOf(this.capture, id);
    if (this.capture === undefined || frame === undefined) return 'no-such-node';
    return untouchable({ ids: this.capture }, frame) ?? '';
  }

  /** When all have heard of it. */
  private readonly handsMoved = (): void => void setTimeout(this.lookAtHands);

  private readonly lookAtHands = (): void => {
    const isBusy = this.agent?.isBusy() === true;
    if (isBusy) this.handsTimer ??= setInterval(this.lookAtHands, HANDS_MILLIS);
    else {
      clearInterval(this.handsTimer);
      this.handsTimer = undefined;
    }
    if (isBusy === this.isBusy) return;
    this.isBusy = isBusy;
    this.tell({ word: 'hands', isBusy });
  };
}
