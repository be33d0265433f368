import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { WebSocket, WebSocketServer } from 'ws';
import type { Carrier, CarrierEvents } from '../src/connection/carrier.ts';
import { pageClock } from '../src/connection/clock.ts';
import { openLongPoll } from '../src/connection/long-poll.ts';
import { openWebSocket } from '../src/connection/websocket.ts';
import { type Action, decodeVerdict, encodeAction, type Verdict } from '../src/protocol/action.ts';
import { CloseCode } from '../src/protocol/close-code.ts';
import { decodeControl, encodeControl, type ErrorInfo, type Mode, type SessionInfo } from '../src/protocol/control.ts';
import { decodeFrame, encodeFrame, Flag, type Frame } from '../src/protocol/frame.ts';
import { FrameType, laneOf } from '../src/protocol/frame-type.ts';
import { Lz4Decoder } from '../src/protocol/lz4.ts';
import { decodeSync } from '../src/protocol/sync.ts';
import { unpackBatch } from '../src/protocol/packed-batch.ts';
import { type PageVisitor, readPageBatch } from '../src/protocol/page-reader.ts';
import type { Relay } from './relay.ts';

/** The two ends without the parts that are well-behaved: a bare agent at a real relay, and a bare relay at a real tag. */

const AGENT_NUMBER = 2;
const SENDER_OFFSET = 2;
/** The reason that KEYFRAME_REQUEST names. */
const JOINED = new Uint8Array([1]);
/** A deadline beyond any test's end. */
const NEVER_MILLIS = 3_600_000;

/** Page frames as a viewer sees them: expanded, chunks joined. */
export interface PageLane {
  /** What comes again, and what comes beyond a gap, is passed over. */
  accept(frame: Frame): void;
  /** Node id of the element that carries this id attribute in the page. */
  nodeOf(elementId: string): number | undefined;
}

export function pageLane(): PageLane {
  const nodes = new Map<string, number>();
  let lz4 = new Lz4Decoder();
  let epoch = -1;
  let next = 0;
  let chunks: Uint8Array[] = [];
  const told: Partial<PageVisitor> = {
    openElement: (node, _namespace, _tag, names, values) => {
      const id = values[names.indexOf('id')];
      if (id !== undefined) nodes.set(id, node);
    },
  };
  const visitor = new Proxy(told, { get: (known, name) => (Reflect.get(known, name) as unknown) ?? (() => undefined) }) as PageVisitor;
  return {
    accept(frame) {
      const isBeginning = frame.type === FrameType.KEYFRAME && !(frame.flags & Flag.LINKED);
      const isNext = frame.epoch === epoch && frame.sequence === next;
      if (!isNext && !(isBeginning && (frame.epoch !== epoch || frame.sequence > next))) return;
      if (frame.epoch !== epoch) lz4 = new Lz4Decoder();
      epoch = frame.epoch;
      next = frame.sequence + 1;
      if (frame.type === FrameType.ASSET) return;
      const payload = frame.flags & Flag.COMPRESSED ? lz4.expand(frame.payload, (frame.flags & Flag.LINKED) !== 0) : frame.payload;
      if (isBeginning) chunks = [];
      chunks.push(payload);
      if (!(frame.flags & Flag.MORE)) {
        readPageBatch(unpackBatch(new Uint8Array(Buffer.concat(chunks))), visitor);
        chunks = [];
      }
    },
    nodeOf: (elementId) => nodes.get(elementId),
  };
}

/** What one side of a carrier heard, and what it says. */
interface Ear {
  readonly frames: Frame[];
  readonly page: PageLane;
  errors(): ErrorInfo[];
  verdicts(): Verdict[];
}

interface Listener extends Ear {
  take(bytes: Uint8Array): Frame;
}

function listen(): Listener {
  const frames: Frame[] = [];
  const page = pageLane();
  return {
    take(bytes) {
      const frame = decodeFrame(bytes);
      frames.push(frame);
      if (frame.type >= FrameType.KEYFRAME && frame.type <= FrameType.ASSET) page.accept(frame);
      return frame;
    },
    frames,
    page,
    errors: () => frames.filter((frame) => frame.type === FrameType.ERROR).map((frame) => decodeControl<ErrorInfo>(frame.payload)),
    verdicts() {
      const all = frames.filter((frame) => frame.type === FrameType.VERDICT).map((frame) => decodeVerdict(frame.payload));
      // What was sent again may be answered again.
      return [...new Map(all.map((verdict) => [verdict.sequence, verdict])).values()];
    },
  };
}

export async function nodeId(ear: Ear, elementId: string): Promise<number> {
  await expect.poll(() => ear.page.nodeOf(elementId), { message: `#${elementId} came in a page batch` }).toBeDefined();
  return ear.page.nodeOf(elementId) as number;
}

export interface BareAgent extends Ear {
  /** @param sequence instead of the next one. @returns the sequence it was sent with */
  act(action: Action, sequence?: number): number;
  sendRaw(bytes: Uint8Array<ArrayBuffer>): void;
  session(): SessionInfo | undefined;
  closeCode(): number | undefined;
  close(): void;
}

/** The carrier of this run, by the client's own code; where they switch, a WebSocket past what switches. */
async function openCarrier(relay: Relay, path: string, told: Pick<CarrierEvents, 'message' | 'lost'>): Promise<Carrier> {
  const origin = relay.directUrl;
  class Socket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { origin });
    }
  }
  return new Promise((resolve) => {
    const events: CarrierEvents = { ...told, opened: () => resolve(carrier) };
    const url = origin + path.replace(/channel$/, 'poll');
    const carrier: Carrier =
      relay.carriers === 'long-poll'
        ? openLongPoll({ url, fetch: (to, request) => fetch(to, request), clock: pageClock }, events)
        : openWebSocket(Socket as unknown as typeof globalThis.WebSocket, origin.replace('http', 'ws') + path, events);
  });
}

const NOT_FOUND = 404;

/** An agent without a viewer: it keeps no rule of its own, so that what is refused is refused by the relay. */
export async function bareAgent(relay: Relay, name: string, session: string, mode: Mode): Promise<BareAgent> {
  const post = async (path: string, body: object, token?: string): Promise<Record<string, string>> => {
    const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    let answer: Response | undefined;
    const isKnown = async (): Promise<boolean> => {
      answer = await fetch(relay.directUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return answer.status !== NOT_FOUND;
    };
    // A page knows its session before the relay does: its HELLO may still be on its way.
    await expect.poll(isKnown, { message: `${path} is known` }).toBe(true);
    expect(answer?.ok, `${path}: ${answer?.status}`).toBe(true);
    return (await answer?.json()) as Record<string, string>;
  };
  const { token } = await post('/agent/dev-token', { name });
  const { grant, channel } = await post(`/v1/sessions/${session}/invitations`, { mode }, token);
  let closeCode: number | undefined;
  const unanswered = new Map<number, Uint8Array<ArrayBuffer>>();
  const ear = listen();
  const carrier = await openCarrier(relay, channel ?? '', {
    message(bytes) {
      const { type, epoch, payload } = ear.take(bytes);
      if (type === FrameType.ERROR) {
        const { reason, sequence = 0 } = decodeControl<ErrorInfo>(payload);
        if (reason !== 'not-present') unanswered.delete(sequence);
      }
      if (type === FrameType.VERDICT) unanswered.delete(decodeVerdict(payload).sequence);
      if (type !== FrameType.SYNC) return;
      // The tag asks from where to go on: this agent keeps no pages, and begins anew.
      if (decodeSync(payload).asks) carrier.send(encodeFrame(FrameType.KEYFRAME_REQUEST, epoch, 0, JOINED));
      for (const bytes of unanswered.values()) carrier.send(bytes);
    },
    lost: (code) => (closeCode = code),
  });
  carrier.send(
    encodeFrame(FrameType.HELLO, 0, 1, encodeControl({ protocol: [1, 1], role: 'agent', client: 'bare-agent/1', grant, lz4: true })),
  );
  let sequence = 0;
  return {
    ...ear,
    act(action, as = ++sequence) {
      const bytes = encodeFrame(action.type, pageEpoch(ear.frames), as, encodeAction(action, NEVER_MILLIS));
      unanswered.set(as, bytes);
      carrier.send(bytes);
      return as;
    },
    sendRaw: (bytes) => carrier.send(bytes),
    session: () => lastSession(ear.frames),
    closeCode: () => closeCode,
    close: () => carrier.close(CloseCode.NORMAL),
  };
}

const pageEpoch = (frames: readonly Frame[]): number => frames.findLast((frame) => laneOf(frame.type) === 'page')?.epoch ?? 1;

function lastSession(frames: readonly Frame[]): SessionInfo | undefined {
  const frame = frames.findLast(({ type }) => type === FrameType.SESSION || type === FrameType.WELCOME);
  if (!frame) return undefined;
  const payload = decodeControl<SessionInfo & { session?: SessionInfo }>(frame.payload);
  return payload.session ?? payload;
}

export interface BareRelay extends Ear {
  readonly url: string;
  /** Invites; the consumer answers in the page. */
  offer(mode: Mode): void;
  /** Starts the session in this mode, as if the consumer's answer had been passed on. */
  start(mode: Mode): void;
  act(action: Action): number;
  /** What was sent before it has been dealt with once PONG is there. */
  ping(): void;
  close(): Promise<void>;
}

const DIST = new URL('../dist/', import.meta.url);
const CONSUMER_NUMBER = 1;

/** A relay that checks nothing: whatever it is told to send reaches the tag, so that what is refused is refused by the tag. */
export async function bareRelay(html: string): Promise<BareRelay> {
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/') return void response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(html);
    if (!/^\/tandem(-[a-z]+)?\.js$/.test(path)) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(fileURLToPath(new URL(`.${path}`, DIST))));
  });
  const server = new WebSocketServer({ server: http, handleProtocols: () => 'tandem.v1' });
  const frames: Frame[] = [];
  const page = pageLane();
  let socket: WebSocket | undefined;
  let sequence = 0;
  const session = (state: string, mode: Mode | null): object => ({
    id: '0'.repeat(26),
    state,
    mode,
    reason: null,
    participants: [
      { number: CONSUMER_NUMBER, role: 'consumer', name: 'Consumer', present: true },
      { number: AGENT_NUMBER, role: 'agent', name: 'Mallory', present: true },
    ],
  });
  const control = (type: FrameType, payload: object): void => socket?.send(encodeFrame(type, 0, 0, encodeControl(payload)));
  server.on('connection', (opened: WebSocket) => {
    socket = opened;
    opened.on('message', (data: Buffer) => {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame.type === FrameType.PING) {
        opened.send(encodeFrame(FrameType.PONG, 0, frame.sequence, frame.payload));
        return;
      }
      frames.push(frame);
      if (frame.type >= FrameType.KEYFRAME && frame.type <= FrameType.ASSET) page.accept(frame);
      if (frame.type !== FrameType.HELLO) return;
      const limits = { frameBytes: 1_048_576, expandedBytes: 16_777_216, heartbeatMillis: 20_000 };
      control(FrameType.WELCOME, {
        protocol: 1,
        participant: CONSUMER_NUMBER,
        epoch: 1,
        resume: 'r'.repeat(32),
        session: session('waiting', null),
        limits,
        resourceOrigins: [],
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    frames,
    page,
    errors: () => [],
    verdicts: () => frames.filter((frame) => frame.type === FrameType.VERDICT).map((frame) => decodeVerdict(frame.payload)),
    offer: (mode) => control(FrameType.INVITATION, { invitation: 'one', mode, agent: 'Mallory', expiresInMillis: 120_000 }),
    start(mode) {
      control(FrameType.INVITATION_STATE, { invitation: 'one', state: 'accepted' });
      control(FrameType.SESSION, session('active', mode));
    },
    ping: () => socket?.send(encodeFrame(FrameType.PING, 0, 0)),
    act(action) {
      const bytes = encodeFrame(action.type, 1, ++sequence, encodeAction(action, NEVER_MILLIS));
      bytes[SENDER_OFFSET] = AGENT_NUMBER;
      socket?.send(bytes);
      return sequence;
    },
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
