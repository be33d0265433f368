import type * as Bundle from './capture.ts';
import { openChannel, type ChannelChange } from './connection/channel.ts';
import { overWebSocket } from './connection/lobby.ts';
import { forget, keep, type Memory } from './connection/memory.ts';
import type * as Talk from './talk.ts';
import type * as Transport from './transport.ts';
import type { Witness } from './capture/witness.ts';
import { CloseCode } from './protocol/close-code.ts';
import { type Asked, type AskedFor, decodeControl, encodeControl, type SessionInfo } from './protocol/control.ts';
import type { Frame } from './protocol/frame.ts';
import { FrameType } from './protocol/frame-type.ts';
import type { Host } from './ui/tag/host.ts';
import { createSessionFrame, type SessionFrame } from './ui/tag/session-frame.ts';
import type { Ending } from './ui/tag/end-notice.ts';

const CLIENT = 'tandem-tag/0.1.0';

/** How long a tag goes on trying to tell an unreachable relay that the consumer ended: after it, the relay's own grace has passed. */
const FAREWELL_MILLIS = 60_000;

/** A WebSocket that is not open after this time may never be: the transport that knows another way is loaded. */
const OPEN_MILLIS = 1_000;

/**
 * - `connecting`: the relay is not reached (yet).
 * - `waiting`: in the lobby; an agent may invite.
 * - `invited`: an agent asked, the consumer has not answered.
 * - `active`, `paused`: as the relay's session.
 * - `unavailable`: the relay will not have this page.
 */
export type TagState = 'connecting' | 'waiting' | 'invited' | 'active' | 'paused' | 'unavailable';

/** What one session needs of the tag around it. */
export interface Surroundings {
  readonly brand: string;
  /** `wss://relay` */
  readonly relay: string;
  /** `data-origins` of the tag: origins besides the page's own that an agent may take the consumer to, parted by blanks. */
  readonly origins: string;
  readonly host: Host;
  readonly witness: Witness;
  /** The capture bundle, fetched at the first call: when an agent invites, or a session goes on. */
  load(): Promise<typeof Bundle>;
  /** What asks the consumer, and tells of the end. */
  talk(): Promise<typeof Talk>;
  /** All of the connection that goes beyond one WebSocket. */
  transport(): Promise<typeof Transport>;
  changed(state: TagState): void;
  asked(asked: Asked): void;
  /** The session is over and leaves nothing behind. @param ending undefined when it had not begun */
  over(ending: Ending | undefined, agent: string, again: boolean): void;
}

export interface ConsumerSession {
  /** Asks for an agent, or for a code, while waiting. */
  ask(want: AskedFor): void;
  /** The consumer ends: at once on this side, whatever the relay says. */
  end(): void;
  /** The document goes away, perhaps to come back; the session goes on. */
  suspend(): void;
}

/** Waits in the lobby under the session id of the memory, and lives through the session that may follow. */
export function joinSession(around: Surroundings, memory: Memory): ConsumerSession {
  let over = false;
  let isKnown = !!memory.counts;
  let frame: SessionFrame | undefined;
  let live: Bundle.LiveSession | undefined;
  let info: SessionInfo | undefined;
  let conversation: Talk.Conversation | undefined;

  const url = `${around.relay}/v1/sessions/${memory.session}/channel`;
  const isBlocked = memory.carrier === 'long-poll';
  const startedAt = performance.now();
  let transport: Promise<void> | undefined;
  const channel = openChannel({
    connect: isBlocked ? undefined : overWebSocket(url),
    counts: memory.counts,
    hello: () => ({
      protocol: [1, 1],
      role: 'consumer',
      client: CLIENT,
      brand: around.brand,
      lz4: true,
      page: { origin: location.origin, path: location.pathname },
      resume: memory.resume,
      continues: channel.epoch > 0,
    }),
  });
  channel.onState(moved);
  channel.onFrame(receive);
  channel.onSilence(showFrame);
  setTimeout(() => channel.state === 'opening' && changeTransport(), isBlocked ? 0 : OPEN_MILLIS);
  if (memory.joint) {
    showFrame(true);
    void begin();
  }

  /** From one WebSocket to whatever works. It takes over the carrier there is. */
  function changeTransport(): void {
    if (channel.state === 'closed') return;
    transport ??= around.transport().then(({ connectTag }) => channel.exchange(connectTag(url, memory, startedAt, channel.epoch)));
  }

  function moved(change: ChannelChange): void {
    if (change.state === 'waiting-to-retry') changeTransport();
    if (over) return;
    if (change.state === 'open') {
      // A consumer's WELCOME has one.
      memory.resume = change.welcome.resume as string;
      keep(memory);
      apply(change.welcome.session);
    } else if (change.state === 'closed') {
      // At the very first attempt it is the brand that is unknown.
      const again =
        (change.code === CloseCode.NOT_AUTHENTICATED && isKnown) ||
        change.code === CloseCode.REPLACED ||
        change.code === CloseCode.SESSION_ENDED;
      finish(change.code === CloseCode.REPLACED ? 'moved' : 'failed', again);
    } else {
      if (memory.joint) showFrame(true);
      else around.changed('connecting');
    }
    isKnown = true;
  }

  function receive(received: Frame): void {
    if (over) return;
    const { type, payload } = received;
    if (type === FrameType.SESSION) apply(decodeControl(payload));
    else if (type === FrameType.INVITATION || type === FrameType.INVITATION_STATE || type === FrameType.ASKED)
      converse((to) => to.hear(received));
  }

  function converse(say: (to: Talk.Conversation) => void): void {
    void around.talk().then(({ converse: begin }) => {
      if (!over && !memory.joint) say((conversation ??= begin({ ...around, channel, memory })));
    });
  }

  function apply(session: SessionInfo): void {
    info = session;
    switch (session.state) {
      case 'waiting':
        if (memory.joint) finish('failed', true);
        else around.changed('waiting');
        break;
      case 'active':
      case 'paused': {
        // Consent is given here and nowhere else, whatever a relay says.
        if (!memory.joint && !memory.reply?.accept) break;
        const agent = session.participants.find(({ role }) => role === 'agent')?.name ?? 'Agent';
        memory.joint = { agent, mode: session.mode ?? 'view-only' };
        keep(memory);
        conversation?.close();
        showFrame(false);
        around.changed(session.state);
        if (live) live.update(session);
        else void begin();
        break;
      }
      case 'ended':
        finish(session.reason ?? 'failed', true);
    }
  }

  function showFrame(offline: boolean): void {
    if (over || !memory.joint) return;
    frame ??= createSessionFrame(around.host, end);
    frame.show({ ...memory.joint, offline, paused: info?.state === 'paused' });
  }

  /** Starts to share, once the bundle is there and the relay says that there is a session. */
  async function begin(): Promise<void> {
    changeTransport();
    try {
      const { startSession } = await around.load();
      if (over || live || !frame || !info || info.state === 'waiting') return;
      live = startSession({ window, channel, memory, frame, end, session: info, ...around });
    } catch {
      channel.send(FrameType.END, encodeControl({}));
      finish('failed', false);
    }
  }

  function end(): void {
    if (over) return;
    if (memory.joint) {
      finish('consumer-ended', true);
      farewell();
    } else {
      conversation?.decline();
    }
  }

  /** Tells the relay on every carrier until it has closed the session; nothing on this side waits for it. */
  function farewell(): void {
    // Holds on to the session's whole interface until it has run.
    const timer = setTimeout(channel.close, FAREWELL_MILLIS);
    const tell = (): void => {
      if (channel.state === 'closed') clearTimeout(timer);
      channel.send(FrameType.END, encodeControl({}));
    };
    channel.onState(tell);
    tell();
  }

  function clear(): void {
    over = true;
    conversation?.close();
    live?.stop();
    frame?.remove();
  }

  function finish(ending: Ending, again: boolean): void {
    if (over) return;
    clear();
    forget();
    if (ending !== 'consumer-ended') channel.close();
    around.over(memory.joint && ending, memory.joint?.agent ?? '', again);
  }

  return {
    ask: (want) => converse((to) => to.ask(want)),
    end,
    suspend() {
      if (over) return;
      memory.counts = channel.counts;
      keep(memory);
      clear();
      channel.close();
    },
  };
}
