import { type Channel, type ChannelChange, openChannel } from '../../connection/channel.ts';
import { type PathOptions, viaPath } from '../../connection/path.ts';
import { thisWorked, whatWorked } from '../../connection/worked.ts';
import type { Outcome } from '../../delivery/action-outbox.ts';
import { type AssetCache, createAssetCache, createResourceCache, type ResourceCache } from '../../delivery/asset-cache.ts';
import { passOverMalformed } from '../../delivery/pass-over.ts';
import { steadyClock } from '../../delivery/steady-clock.ts';
import { createViewerDelivery, type ViewerDelivery } from '../../delivery/viewer-delivery.ts';
import type { Action, Destination, Spot } from '../../protocol/action.ts';
import { CloseCode } from '../../protocol/close-code.ts';
import {
  type BudgetInfo,
  decodeControl,
  encodeControl,
  type EndReason,
  type ErrorInfo,
  type InvitationState,
  type InvitationUpdate,
  type Mode,
  type ParticipantInfo,
  type SessionInfo,
  type Welcome,
} from '../../protocol/control.ts';
import { KeyframeReason } from '../../protocol/feedback.ts';
import { encodeFrame, type Frame } from '../../protocol/frame.ts';
import { FrameType, frameTypeName, laneOf } from '../../protocol/frame-type.ts';
import { permission } from '../../protocol/permission.ts';
import { decodePointer, encodePointer, isPointerType, type Pointer } from '../../protocol/pointer.ts';
import { MAX_UNANSWERED_ACTIONS } from '../../protocol/limits.ts';
import { encodeResourceRequest, type ResourceRequest } from '../../protocol/resource.ts';
import type { TextRange } from '../../protocol/text-range.ts';

/** What REST answered to an invitation. */
export interface Offer {
  readonly session: string;
  readonly invitation: string;
  readonly mode: Mode;
  readonly grant: string;
  /** Address of the channel, `ws:` or `wss:`. */
  readonly channelUrl: string;
  /** Large style sheets that the desk has from other sessions. */
  readonly assets?: AssetCache;
  /** Takes the invitation back. */
  readonly withdraw: () => Promise<void>;
  /** Ends the session without the channel. */
  readonly end: () => Promise<void>;
}

/** `inviting`: the consumer has not answered. `ended`: for good, or the invitation came to nothing. */
export type AgentSessionState = 'inviting' | 'active' | 'paused' | 'ended';

/** Why something that the agent did had no effect: the relay's ERROR, or the tag's verdict. */
export interface Refused {
  readonly reason: string;
  readonly message: string;
  readonly type?: number;
  readonly sequence?: number;
  readonly allowed?: readonly string[];
}

/** A pointer of somebody else. */
export interface RemotePointer {
  readonly participant: number;
  readonly pointer: Pointer;
}

/** Who shows a session. */
export interface SessionAudience {
  /** One whole page batch, in order; `epoch` is the consumer's document that it speaks of. */
  page(batch: Uint8Array, epoch: number): void;
  /** The payload of one ASSET, in order among the batches. */
  asset(payload: Uint8Array): void;
  pointer(remote: RemotePointer): void;
}

/** What fits a frame's sequence, but 0. */
const MAX_MARK = 0xffff_ffff;
const CLIENT = 'tandem-viewer/0.1.0';

/**
 * An agent's part in one session. Events: `change` (any property below changed), `verdict` (detail: the tag's answer
 * to an action), `refused` (detail: {@link Refused}), `ended`. The methods that act send whatever they are told to: the relay and the tag decide, and a refusal comes back as an
 * event. All on the page's thread.
 */
export class AgentSession extends EventTarget {
  readonly id: string;
  /** Large style sheets of this desk's sessions. */
  readonly assets: AssetCache;
  /** Images and fonts that came from this consumer's browser. */
  readonly resources: ResourceCache = createResourceCache();
  private readonly offer: Offer;
  private readonly channel: Channel;
  private readonly delivery: ViewerDelivery;
  private audience: SessionAudience | undefined;
  private info: SessionInfo | undefined;
  private invited: InvitationState = 'offered';
  private resume: string | undefined;
  private origins: readonly string[] = [];
  private budget: BudgetInfo | undefined;
  private number = 0;
  private over = false;
  /** The mode that this agent asked for and the relay has not answered. */
  private wantedMode: Mode | undefined;
  private isEnding = false;
  private isSilent = false;
  /** The epoch of the page in the mirror. */
  private shownEpoch: number | undefined;
  /** The latest pointer frame of each participant: lower sequences of the same document came too late. */
  private readonly pointersSeen = new Map<number, { readonly epoch: number; readonly sequence: number }>();

  /** @param options for tests: what the channel takes its way by */
  constructor(offer: Offer, options: Partial<Omit<PathOptions, 'url'>> = {}) {
    super();
    this.id = offer.session;
    this.offer = offer;
    this.assets = offer.assets ?? createAssetCache();
    const mark = 1 + Math.floor((options.random ?? Math.random)() * MAX_MARK);
    this.channel = openChannel({
      connect: viaPath({ url: offer.channelUrl, first: whatWorked(), rides: thisWorked, ...options }),
      hello: () => ({
        protocol: [1, 1],
        role: 'agent',
        client: CLIENT,
        grant: offer.grant,
        lz4: true,
        mark,
        ...(this.resume === undefined ? {} : { resume: this.resume }),
      }),
      ...options,
    });
    this.delivery = createViewerDelivery({
      channel: this.channel,
      clock: options.clock ?? { ...steadyClock, wall: Date.now },
      mark,
      participant: () => this.number,
      batch: (batch, epoch) => {
        this.shownEpoch = epoch;
        if (epoch !== this.channel.epoch) this.channel.setEpoch(epoch);
        this.audience?.page(batch, epoch);
      },
      asset: (payload) => this.audience?.asset(payload),
      knownAssets: () => (this.state === 'active' ? [...this.resources.prefixes(), ...this.assets.prefixes()] : undefined),
      settled: (outcome) => this.settled(outcome),
    });
    this.channel.onFrame(passOverMalformed((frame) => this.receive(frame)));
    this.channel.onSilence((isSilent) => {
      this.isSilent = isSilent;
      this.changed();
    });
    this.channel.onState((change) => this.channelChanged(change));
  }

  get state(): AgentSessionState {
    if (this.over || this.info?.state === 'ended') return 'ended';
    return this.info?.state === 'active' || this.info?.state === 'paused' ? this.info.state : 'inviting';
  }

  get invitation(): InvitationState {
    return this.invited;
  }

  /** As it is now; while inviting, as it was offered. */
  get mode(): Mode {
    return this.info?.mode ?? this.offer.mode;
  }

  /** The higher mode that the consumer is asked for now. */
  get modeAsked(): Mode | null {
    return this.info?.modeAsked ?? null;
  }

  get participants(): readonly ParticipantInfo[] {
    return this.info?.participants ?? [];
  }

  /** This agent's own number among the participants; 0 before the relay gave it. */
  get participant(): number {
    return this.number;
  }

  get endReason(): EndReason | null {
    return this.info?.reason ?? null;
  }

  /** Of the consumer's link; null before the first measurement. */
  get quality(): BudgetInfo['quality'] | null {
    return this.budget?.quality ?? null;
  }

  /** Whether the channel to the relay is open at the moment, and the relay is heard. */
  get isConnected(): boolean {
    return this.channel.state === 'open' && !this.isSilent;
  }

  /** Origins, besides the page's own, from which the mirror may load. */
  get resourceOrigins(): readonly string[] {
    return this.origins;
  }

  /** Actions from the first whose verdict has not come on. */
  get unanswered(): number {
    return this.delivery.actions.unanswered;
  }

  /** The consumer's document that actions are meant for. */
  get epoch(): number {
    return this.channel.epoch;
  }

  /** The session has one audience: the viewer that shows it. @returns what takes it away */
  attach(audience: SessionAudience): () => void {
    this.audience = audience;
    if (this.state === 'active') this.delivery.page.ask(KeyframeReason.JOINED);
    return () => {
      if (this.audience === audience) this.audience = undefined;
    };
  }

  /** The page that was shown is not good any more (a batch did not fit): asks for a whole one. */
  requestKeyframe(): void {
    this.delivery.page.ask(KeyframeReason.CANNOT_APPLY);
  }

  /** The tag takes a style sheet for known that this desk does not have: asks for the whole page with all its sheets. */
  reportMissing(): void {
    this.delivery.page.ask(KeyframeReason.MISSING);
  }

  /** Asks the consumer's browser for images and fonts of the page that is shown, where the brand lets it hand them out. */
  requestResources(request: ResourceRequest): void {
    const mayAsk = (this.info?.resources ?? 'none') !== 'none' && this.allows(FrameType.RESOURCE_REQUEST);
    if (!mayAsk || this.shownEpoch === undefined) return;
    this.channel.post(encodeFrame(FrameType.RESOURCE_REQUEST, this.shownEpoch, 0, encodeResourceRequest(request)));
  }

  async end(): Promise<void> {
    if (this.state === 'ended') return;
    // Said again on the next carrier if this one breaks before the relay has answered.
    this.isEnding = true;
    if (this.channel.send(FrameType.END, encodeControl({})) < 0) await this.offer.end();
  }

  async withdraw(): Promise<void> {
    await this.offer.withdraw();
    // What the channel says of it may be lost with its carrier, and who comes back after it is not known any more.
    if (!this.over) this.invitationChanged({ invitation: this.offer.invitation, state: 'withdrawn' });
  }

  /** A lower mode holds at once; for a higher one the consumer is asked. */
  setMode(mode: Mode): void {
    this.wantedMode = mode;
    this.channel.send(FrameType.SET_MODE, encodeControl({ mode }));
  }

  /** Whether a type is allowed now, as far as this side knows; the relay decides. */
  allows(type: FrameType): boolean {
    return this.info !== undefined && !this.over && permission('agent', this.info.state, this.info.mode, type) === 'allow';
  }

  /** What an agent may send now, by name. */
  allowedNow(): string[] {
    return AGENT_TYPES.filter((name) => this.allows(FrameType[name]));
  }

  /** Tells, as the relay and the tag do, that something the agent tried has no effect. */
  refuse(reason: string, message: string): void {
    this.refused({ reason, message, allowed: this.allowedNow() });
  }

  click(spot: Spot, { button = 0, modifiers = 0, clicks = 1 } = {}): number {
    return this.act({ type: FrameType.CLICK, ...spot, button, modifiers, clicks });
  }

  input(node: number, value: string, { commit = false } = {}): number {
    return this.act({ type: FrameType.INPUT, node, value, commit });
  }

  select(node: number, indices: readonly number[]): number {
    return this.act({ type: FrameType.SELECT, node, indices });
  }

  key(node: number, key: string, modifiers = 0): number {
    return this.act({ type: FrameType.KEY, node, key, modifiers });
  }

  navigate(to: Destination): number {
    return this.act({ type: FrameType.NAVIGATE, to });
  }

  scrollTo(node: number, left: number, top: number): number {
    return this.act({ type: FrameType.SCROLL_TO, node, left, top });
  }

  focus(node: number): number {
    return this.act({ type: FrameType.FOCUS, node });
  }

  /** 0 clears. @param text to be highlighted instead of the element; that is one around it then */
  highlight(node: number, text?: TextRange): number {
    return this.act({ type: FrameType.HIGHLIGHT, node, ...(text && { ranges: [text] }) });
  }

  wiggle(node: number): number {
    return this.act({ type: FrameType.WIGGLE, node });
  }

  /** @returns the action's number, which the `verdict` event names as its `sequence`; -1 when it was refused at once: too many wait for their verdict */
  act(action: Action): number {
    const number = this.over ? -1 : this.delivery.actions.act(action, this.shownEpoch ?? this.channel.epoch);
    if (number < 0) {
      this.refused({ reason: 'too-many-unanswered', message: TOO_MANY, type: action.type, allowed: this.allowedNow() });
    }
    return number;
  }

  point(pointer: Pointer): void {
    this.channel.send(pointer.type, encodePointer(pointer));
  }

  private receive(frame: Frame): void {
    switch (laneOf(frame.type)) {
      case 'control':
        return this.control(frame);
      case 'page':
        return this.audience === undefined ? undefined : this.delivery.receive(frame);
      case 'action':
        return this.delivery.receive(frame);
      case 'pointer':
        return this.pointer(frame);
    }
  }

  private control({ type, payload }: Frame): void {
    if (type === FrameType.WELCOME) this.welcome(decodeControl<Welcome>(payload));
    else if (type === FrameType.SESSION) this.sessionChanged(decodeControl<SessionInfo>(payload));
    else if (type === FrameType.INVITATION_STATE) this.invitationChanged(decodeControl<InvitationUpdate>(payload));
    else if (type === FrameType.ERROR) this.errorCame(decodeControl<ErrorInfo>(payload));
    else if (type === FrameType.BUDGET) {
      this.budget = decodeControl<BudgetInfo>(payload);
      this.changed();
    }
  }

  private welcome(welcome: Welcome): void {
    this.number = welcome.participant;
    this.resume = welcome.resume ?? this.resume;
    this.origins = welcome.resourceOrigins;
    // Who is none of them is told next what became of the invitation; the session is others'.
    if (!welcome.session.participants.some(({ number }) => number === this.number)) return;
    this.sessionChanged(welcome.session);
    // What was on its way on the carrier before this one counts as lost.
    if (this.over) return;
    if (welcome.session.state === 'active' && this.audience) this.delivery.page.opened();
    this.delivery.actions.opened();
    if (this.isEnding) this.channel.send(FrameType.END, encodeControl({}));
    else if (this.wantedMode) this.setMode(this.wantedMode);
  }

  private errorCame(error: ErrorInfo): void {
    if (error.type === FrameType.SET_MODE) this.wantedMode = undefined;
    if (error.type === FrameType.END) this.isEnding = false;
    // Page feedback, and pointers that nobody receives, are no concern of the agent.
    const lane = laneOf(error.type ?? 0);
    if (lane === 'action') this.delivery.actions.refused(error);
    else if (lane !== 'page' && error.reason !== 'not-present') this.refused(error);
  }

  private sessionChanged(next: SessionInfo): void {
    const before = this.info?.state;
    this.info = next;
    if (next.state === 'active' || next.state === 'paused') this.invited = 'accepted';
    if (next.mode === this.wantedMode || next.modeAsked === this.wantedMode) this.wantedMode = undefined;
    if (next.state === 'active' && before !== 'active') {
      if (this.audience) this.delivery.page.expect();
      this.delivery.actions.opened();
    }
    if (next.state !== 'active') this.delivery.page.rest();
    if (next.state === 'ended') this.finish();
    else this.changed();
  }

  private invitationChanged(update: InvitationUpdate): void {
    this.invited = update.state;
    if (update.state === 'offered' || update.state === 'accepted') this.changed();
    else this.finish();
  }

  private channelChanged(change: ChannelChange): void {
    if (change.state === 'closed' && !this.over) {
      if (change.code !== CloseCode.SESSION_ENDED && change.code !== CloseCode.NORMAL) {
        this.refused({ reason: `closed-${change.code}`, message: change.reason || `the relay closed the channel (${change.code})` });
      }
      this.finish();
    } else if (change.state === 'open' && this.shownEpoch !== undefined) {
      // The consumer may be on another page by now: what the agent does still speaks of the nodes that the mirror shows.
      this.channel.setEpoch(this.shownEpoch);
    } else if (change.state === 'waiting-to-retry') {
      this.delivery.page.rest();
      this.changed();
    }
  }

  private settled(outcome: Outcome): void {
    const { number: sequence, type } = outcome;
    if ('error' in outcome) {
      this.refused({ ...outcome.error, sequence });
      return;
    }
    const verdict = { ...outcome.verdict, sequence };
    this.dispatchEvent(new CustomEvent('verdict', { detail: verdict }));
    if (verdict.outcome === 'applied') return;
    const message = `${frameTypeName(type) ?? 'the action'} was ${verdict.outcome}: ${verdict.reason}`;
    this.refused({ reason: verdict.reason, message, sequence, type });
  }

  private pointer(frame: Frame): void {
    const seen = this.pointersSeen.get(frame.sender);
    if (!isPointerType(frame.type) || (seen?.epoch === frame.epoch && frame.sequence <= seen.sequence)) return;
    this.pointersSeen.set(frame.sender, { epoch: frame.epoch, sequence: frame.sequence });
    // A spot on another document than the one in sight would be shown at the wrong place.
    if (frame.epoch !== this.channel.epoch) return;
    this.audience?.pointer({ participant: frame.sender, pointer: decodePointer(frame.type, frame.payload) });
  }

  private refused(detail: Refused): void {
    this.dispatchEvent(new CustomEvent('refused', { detail }));
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.delivery.page.rest();
    this.delivery.actions.close();
    this.channel.close();
    this.changed();
    this.dispatchEvent(new Event('ended'));
  }
}

/** What an agent's hands send; in the order in which it is told to a person. */
const AGENT_TYPES = [
  'CLICK',
  'INPUT',
  'SELECT',
  'KEY',
  'NAVIGATE',
  'FOCUS',
  'SCROLL_TO',
  'HIGHLIGHT',
  'WIGGLE',
  'CURSOR',
  'CLICK_MARK',
  'TYPING',
] as const;

const TOO_MANY = `${MAX_UNANSWERED_ACTIONS} actions wait for the consumer's page to answer`;
