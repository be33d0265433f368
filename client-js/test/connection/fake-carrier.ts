import { type Carrier, type CarrierEvents, type CarrierKind, deliver } from '../../src/connection/carrier.ts';
import { encodeControl, type Welcome } from '../../src/protocol/control.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';

export const HEARTBEAT_MILLIS = 20_000;

export const WELCOME: Welcome = {
  protocol: 1,
  participant: 1,
  epoch: 1,
  resume: 'secret',
  session: { id: 'x', state: 'active', mode: 'shared', reason: null, participants: [] },
  limits: { frameBytes: 1_048_576, expandedBytes: 16_777_216, heartbeatMillis: HEARTBEAT_MILLIS },
  resourceOrigins: [],
};

/** A carrier of which a test is the network and the relay. */
export class FakeCarrier implements Carrier {
  readonly kind: CarrierKind;
  isOpen = false;
  events: CarrierEvents;
  readonly sent: Frame[] = [];
  isClosed = false;
  closedWith: number | undefined;
  /** Called with each frame that is sent. */
  onsend: (frame: Frame) => void = () => undefined;

  constructor(kind: CarrierKind, events: CarrierEvents) {
    this.kind = kind;
    this.events = events;
  }

  send(bytes: Uint8Array): void {
    if (!this.isOpen || this.isClosed) throw new Error(`sent on a ${this.kind} that is not open`);
    const frame = decodeFrame(bytes.slice());
    this.sent.push(frame);
    this.onsend(frame);
  }

  close(code?: number): void {
    this.isClosed = true;
    this.closedWith ??= code;
  }

  get types(): number[] {
    return this.sent.map(({ type }) => type);
  }

  open(): void {
    if (this.isClosed) return;
    this.isOpen = true;
    this.events.opened();
  }

  receive(type: FrameType, payload: object | Uint8Array = new Uint8Array()): void {
    if (this.isClosed) return;
    deliver(this, encodeFrame(type, 0, 0, payload instanceof Uint8Array ? payload : encodeControl(payload)));
  }

  welcome(): void {
    this.receive(FrameType.WELCOME, WELCOME);
  }

  /** Answers the last PING. */
  pong(): void {
    this.receive(FrameType.PONG, this.sent.findLast(({ type }) => type === FrameType.PING)?.payload);
  }

  lose(code = 1006, reason = ''): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.events.lost(code, reason);
  }
}
