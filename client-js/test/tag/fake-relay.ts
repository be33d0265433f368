import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { CloseCode } from '../../src/protocol/close-code.ts';
import { type Action, decodeVerdict, encodeAction, type Verdict } from '../../src/protocol/action.ts';
import {
  decodeControl,
  encodeControl,
  type EndReason,
  type Hello,
  type Mode,
  type SessionInfo,
  type SessionState,
} from '../../src/protocol/control.ts';
import { encodeNumber } from '../../src/protocol/feedback.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { encodePointer, type Pointer } from '../../src/protocol/pointer.ts';
import { bundle } from '../browser.ts';

const AGENT = 2;
/** A deadline beyond any test's end. */
const NEVER_MILLIS = 3_600_000;
/** Offset of the sender in a frame's header. */
const SENDER = 2;

/** One tag's channel as the relay sees it. */
export interface Visit {
  readonly session: string;
  readonly hello: Hello;
  readonly epoch: number;
  readonly frames: readonly Frame[];
  readonly closeCode: number | undefined;
}

/** A relay that checks nothing and sends what it is told, so that what the tag refuses, the tag refuses. It serves the page and the bundles too. */
export interface FakeRelay {
  readonly url: string;
  /** Every channel so far, in the order of their HELLO. */
  readonly visits: readonly Visit[];
  readonly verdicts: readonly Verdict[];
  invite(mode: Mode): void;
  withdraw(): void;
  /** Says how the session stands, now and in each later WELCOME. */
  say(state: SessionState, mode?: Mode | null, reason?: EndReason): void;
  /** @returns the sequence it was sent with */
  act(action: Action, changes?: { epoch?: number; sequence?: number; deadlineMillis?: number }): number;
  /** What an agent's viewer says about the page, under the epoch of the tag's document. */
  feedback(type: FrameType, number: number): void;
  /** @param again whether it is the one before, as an agent sends it on a new carrier */
  point(pointer: Pointer, again?: boolean): void;
  send(type: FrameType, payload?: Uint8Array): void;
  control(type: FrameType, payload: object): void;
  drop(code?: number): void;
  /** The relay dies: its sockets break, and nobody answers any more. */
  die(): Promise<void>;
}

export const page = (body: string): string =>
  `<!doctype html><html lang="en"><title>Shop</title><script src="/tandem.js" data-brand="demo" async></script><body>${body}</body></html>`;

export async function startFakeRelay(html: string): Promise<FakeRelay> {
  const scripts: Readonly<Record<string, string>> = {
    '/tandem.js': bundle('src/tag.ts'),
    '/tandem-capture.js': bundle('src/capture.ts', 'esm'),
    '/tandem-talk.js': bundle('src/talk.ts', 'esm'),
    '/tandem-acting.js': bundle('src/acting.ts', 'esm'),
    '/tandem-media.js': bundle('src/media.ts', 'esm'),
    '/tandem-resources.js': bundle('src/resources.ts', 'esm'),
    '/tandem-transport.js': bundle('src/transport.ts', 'esm'),
  };
  const http: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const script = scripts[path];
    if (path === '/favicon.ico') response.writeHead(204).end();
    else response.writeHead(200, { 'Content-Type': script === undefined ? 'text/html' : 'text/javascript' }).end(script ?? html);
  });
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'tandem.v1' });
  const visits: (Visit & { frames: Frame[] })[] = [];
  const verdicts: Verdict[] = [];
  let socket: WebSocket | undefined;
  let session: Omit<SessionInfo, 'id'> = { state: 'waiting', mode: null, reason: null, participants: participants(), resources: 'images' };
  let epoch = 0;
  let acted = 0;
  let pointed = 0;

  sockets.on('connection', (opened: WebSocket, request) => {
    const id = request.url?.split('/')[3] ?? '';
    opened.on('message', (data: Buffer) => {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame.type === FrameType.HELLO) welcome(opened, id, decodeControl<Hello>(frame.payload));
      else if (frame.type === FrameType.PING) opened.send(encodeFrame(FrameType.PONG, 0, frame.sequence, frame.payload));
      else visits.at(-1)?.frames.push(frame);
      if (frame.type === FrameType.END) opened.close(CloseCode.SESSION_ENDED);
      if (frame.type === FrameType.VERDICT) verdicts.push(decodeVerdict(frame.payload));
    });
  });

  function welcome(opened: WebSocket, id: string, hello: Hello): void {
    socket = opened;
    if (hello.continues !== true) epoch++;
    const visit = { session: id, hello, epoch, frames: [] as Frame[], closeCode: undefined as number | undefined };
    visits.push(visit);
    opened.on('close', (code) => (visit.closeCode = code));
    send(FrameType.WELCOME, {
      protocol: 1,
      participant: 1,
      epoch,
      resume: `secret of ${id}`,
      session: { id, ...session },
      limits: { frameBytes: 1_048_576, expandedBytes: 16_777_216, heartbeatMillis: 20_000 },
      resourceOrigins: [],
    });
  }

  function send(type: FrameType, payload: object = {}, sequence = 0, of = 0): void {
    const bytes = encodeFrame(type, of, sequence, payload instanceof Uint8Array ? payload : encodeControl(payload));
    bytes[SENDER] = of === 0 ? 0 : AGENT;
    socket?.send(bytes);
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    visits,
    verdicts,
    invite: (mode) => send(FrameType.INVITATION, { invitation: `i${visits.length}`, mode, agent: 'Ada <b>', expiresInMillis: 120_000 }),
    withdraw: () => send(FrameType.INVITATION_STATE, { invitation: 'i', state: 'withdrawn' }),
    say(state, mode = null, reason) {
      session = { ...session, state, mode, reason: reason ?? null };
      send(FrameType.SESSION, { id: visits.at(-1)?.session, ...session });
    },
    act(action, changes = {}) {
      const sequence = changes.sequence ?? ++acted;
      send(action.type, encodeAction(action, changes.deadlineMillis ?? NEVER_MILLIS), sequence, changes.epoch ?? epoch);
      return sequence;
    },
    feedback: (type, number) => send(type, encodeNumber(number), 0, epoch),
    point: (pointer, again = false) => send(pointer.type, encodePointer(pointer), again ? pointed : ++pointed, epoch),
    send: (type, payload) => send(type, payload ?? new Uint8Array(), 1, epoch),
    control: (type, payload) => send(type, payload),
    drop: (code = 1011) => socket?.close(code),
    async die() {
      for (const client of sockets.clients) client.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function participants(): SessionInfo['participants'] {
  return [
    { number: 1, role: 'consumer', name: 'Consumer', present: true },
    { number: AGENT, role: 'agent', name: 'Ada <b>', present: true },
  ];
}
