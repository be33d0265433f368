import './in-page.ts';
import { AgentSession } from '../../src/control/agent/agent-session.ts';
import { decodeAction, encodeVerdict, isActionType, type Verdict } from '../../src/protocol/action.ts';
import { encodeControl, type Mode, type SessionInfo } from '../../src/protocol/control.ts';
import { decodeResourceRequest, type ResourcePolicy, type ResourceRequest } from '../../src/protocol/resource.ts';
import { encodeSync } from '../../src/protocol/sync.ts';
import { decodeFrame, encodeFrame } from '../../src/protocol/frame.ts';
import { FrameType, frameTypeName } from '../../src/protocol/frame-type.ts';
import type { PageWriter } from '../../src/protocol/page-writer.ts';
import { decodePointer, encodePointer, isPointerType, type Pointer } from '../../src/protocol/pointer.ts';
import { TandemViewer } from '../../src/viewer.ts';

/** The relay's end of the wire, in the same page: what the viewer sends is kept, what the test says is delivered. */
class FakeSocket {
  static latest: FakeSocket | undefined;
  readonly sent: Uint8Array[] = [];
  readonly bufferedAmount = 0;
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor() {
    FakeSocket.latest = this;
    setTimeout(() => this.onopen?.());
  }

  send(bytes: Uint8Array): void {
    const { type, sequence, payload } = decodeFrame(bytes.slice());
    if (type === FrameType.PING) this.onmessage?.({ data: encodeFrame(FrameType.PONG, 0, sequence, payload).buffer });
    else this.sent.push(bytes.slice());
  }

  close(): void {
    this.onclose = null;
  }
}

const CONSUMER = 1;
const AGENT = 2;
let pageSequence = 0;
let pointerSequence = 0;
let session: AgentSession;
let viewer: TandemViewer;
let info: SessionInfo;
const refusals: unknown[] = [];

function deliver(type: FrameType, payload: Uint8Array, { sender = 0, epoch = 0, sequence = 0, flags = 0 } = {}): void {
  const bytes = encodeFrame(type, epoch, sequence, payload, flags);
  bytes[2] = sender;
  FakeSocket.latest?.onmessage?.({ data: bytes.buffer });
}

const page = (type: FrameType, payload: Uint8Array, epoch = 1): void =>
  deliver(type, payload, { sender: CONSUMER, epoch, sequence: ++pageSequence });

/** Opens a session in a mode, with a viewer of the given size that shows a page. */
async function start(
  html: string,
  mode: Mode,
  style = 'width:800px;height:600px',
  resources?: ResourcePolicy,
): Promise<Readonly<Record<string, number>>> {
  const opened = new AgentSession(
    {
      session: 's',
      invitation: 'i',
      mode,
      grant: 'g',
      channelUrl: 'ws://relay.test/',
      withdraw: () => Promise.resolve(),
      end: () => Promise.resolve(),
    },
    { WebSocket: FakeSocket as unknown as typeof WebSocket },
  );
  session = opened;
  session.addEventListener('refused', (event) => refusals.push((event as CustomEvent).detail));
  viewer = new TandemViewer();
  viewer.style.cssText = style;
  viewer.session = session;
  document.body.style.margin = '0';
  document.body.replaceChildren(viewer);
  while (!FakeSocket.latest?.sent.length) await new Promise((resolve) => setTimeout(resolve));
  info = {
    id: 's',
    state: 'active',
    mode,
    reason: null,
    participants: [
      { number: CONSUMER, role: 'consumer', name: 'Consumer', present: true },
      { number: AGENT, role: 'agent', name: 'Ada', present: true },
    ],
    ...(resources && { resources }),
  };
  const limits = { frameBytes: 1_048_576, expandedBytes: 16_777_216, heartbeatMillis: 20_000 };
  deliver(
    FrameType.WELCOME,
    encodeControl({ protocol: 1, participant: AGENT, epoch: 1, resume: 'r', session: info, limits, resourceOrigins: [] }),
  );
  const question = FakeSocket.latest.sent.map((bytes) => decodeFrame(bytes)).find(({ type }) => type === FrameType.KEYFRAME_REQUEST);
  const answer = { sender: CONSUMER, epoch: 1, sequence: question?.sequence ?? 0 };
  deliver(FrameType.SYNC, encodeSync({ asks: false, clockMillis: 0, answered: [] }), answer);
  const { batch, ids } = replay.keyframe({ html });
  page(FrameType.KEYFRAME, batch);
  return ids;
}

function update(changes: Partial<SessionInfo>): void {
  info = { ...info, ...changes };
  deliver(FrameType.SESSION, encodeControl(info));
}

/** What the viewer sent on the action and pointer lanes, decoded, without cursors unless asked for. Nobody answers actions here: those that were sent again count once. */
function sent({ cursors = false } = {}): unknown[] {
  const actions = new Set<number>();
  return (FakeSocket.latest?.sent ?? [])
    .map((bytes) => decodeFrame(bytes))
    .filter(({ type }) => cursors || type !== FrameType.CURSOR)
    .filter(({ type, sequence }) => !isActionType(type) || (!actions.has(sequence) && actions.add(sequence)))
    .flatMap(({ type, payload }) => {
      const name = frameTypeName(type);
      if (isActionType(type)) return [{ ...decodeAction(type, payload).action, type: name }] as unknown[];
      if (isPointerType(type)) return [{ ...decodePointer(type, payload), type: name }];
      return [];
    });
}

/** Names of all frames that the viewer sent. */
const sentTypes = (): string[] => (FakeSocket.latest?.sent ?? []).map((bytes) => frameTypeName(bytes[0] ?? 0) ?? '?');

/** What was asked of the consumer's browser, and of which of its documents. */
const asked = (): (ResourceRequest & { readonly epoch: number })[] =>
  (FakeSocket.latest?.sent ?? [])
    .map((bytes) => decodeFrame(bytes))
    .filter(({ type }) => type === FrameType.RESOURCE_REQUEST)
    .map(({ payload, epoch }) => ({ ...decodeResourceRequest(payload), epoch }));

const api = {
  start,
  asked,
  update,
  sent,
  sentTypes,
  refusals,
  get session(): AgentSession {
    return session;
  },
  get viewer(): TandemViewer {
    return viewer;
  },
  change: (write: (writer: PageWriter) => void): void => page(FrameType.MUTATIONS, replay.change(write)),
  skipAFrame: (): void => {
    pageSequence++;
  },
  keyframe: (html: string, epoch = 1): void => page(FrameType.KEYFRAME, replay.keyframe({ html }).batch, epoch),
  pointer: (pointer: Pointer, epoch = 1): void =>
    deliver(pointer.type, encodePointer(pointer), { sender: CONSUMER, epoch, sequence: ++pointerSequence }),
  verdict: (verdict: Pick<Verdict, 'sequence'> & { readonly outcome: string; readonly reason?: string }): void =>
    deliver(FrameType.VERDICT, encodeVerdict({ participant: AGENT, ...verdict } as Verdict), { sender: CONSUMER, epoch: 1, sequence: 1 }),
  error: (error: object): void => deliver(FrameType.ERROR, encodeControl(error)),
  FrameType,
};

declare global {
  var tandem: typeof api;
}

globalThis.tandem = api;
