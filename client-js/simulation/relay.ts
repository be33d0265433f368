import type { Clock } from '../src/connection/clock.ts';
import { CloseCode } from '../src/protocol/close-code.ts';
import {
  decodeControl,
  encodeControl,
  type Hello,
  type Mode,
  type ParticipantInfo,
  type Role,
  type SessionState,
} from '../src/protocol/control.ts';
import { decodeFrame, encodeFrame, type Frame } from '../src/protocol/frame.ts';
import { FrameType, frameTypeName, laneOf } from '../src/protocol/frame-type.ts';
import { permission } from '../src/protocol/permission.ts';
import { MAX_EPOCH } from '../src/protocol/limits.ts';
import type { RelayEnd } from './network.ts';

const SENDER_OFFSET = 2;
/** Far less than a relay's: scenarios are short. */
const HEARTBEAT_MILLIS = 1_000;
const SILENT_HEARTBEATS = 3;
const HELLO_MILLIS = 5_000;
const LIMITS = { frameBytes: 1_048_576, expandedBytes: 16_777_216, heartbeatMillis: HEARTBEAT_MILLIS };

interface Place {
  readonly number: number;
  readonly role: Role;
  end: RelayEnd | undefined;
  /** Good for coming back: the one that was used last, and what was given since. */
  secrets: string[];
  attempt: number;
}

/** A relay with one session, as protocol sections 3 and 5 say: small, and faithful where the clients could notice. It repeats nothing and stores nothing but who may be whom. */
export interface ModelRelay {
  readonly mode: Mode;
  readonly state: SessionState;
  readonly isSettled: boolean;
  accept(end: RelayEnd): void;
  /** The consumer's own wish: pausing, and raising the mode. */
  change(state: SessionState, mode: Mode): void;
  /** The node dies and another takes its place: everything that it had in its hands is gone. The paths break with it. */
  die(): void;
  /** The session ends for everybody. */
  end(): void;
}

export function createRelay(clock: Clock, firstEpoch: number): ModelRelay {
  const places: Place[] = [
    { number: 1, role: 'consumer', end: undefined, secrets: [], attempt: 0 },
    { number: 2, role: 'agent', end: undefined, secrets: [], attempt: 0 },
  ];
  /** What closes each carrier that is open. */
  const drops = new Map<RelayEnd, (code: CloseCode) => void>();
  let state: SessionState = 'active';
  let mode: Mode = 'shared';
  let epoch = firstEpoch;
  let isNew = true;
  let secretsGiven = 0;

  const session = (): object => ({ id: 's', state, mode, reason: null, participants: places.map(infoOf) });
  const infoOf = ({ number, role, end }: Place): ParticipantInfo => ({ number, role, name: role, present: end !== undefined });
  const control = (end: RelayEnd | undefined, type: FrameType, payload: object, sequence = 0): void =>
    end?.send(encodeFrame(type, 0, sequence, encodeControl(payload)));
  const tellAll = (): void => {
    for (const { end } of places) control(end, FrameType.SESSION, session());
  };

  function accept(end: RelayEnd): void {
    let place: Place | undefined;
    let heardAt = clock.now();
    let cancel = clock.after(HELLO_MILLIS, () => drop(CloseCode.HELLO_DEADLINE));

    function drop(code: CloseCode): void {
      gone();
      end.close(code);
    }

    drops.set(end, drop);

    function gone(): void {
      drops.delete(end);
      cancel();
      end.heard = () => undefined;
      if (place?.end !== end) return;
      place.end = undefined;
      tellAll();
    }

    function watch(): void {
      cancel = clock.after(HEARTBEAT_MILLIS, () => {
        if (clock.now() - heardAt >= HEARTBEAT_MILLIS * SILENT_HEARTBEATS) drop(CloseCode.HEARTBEAT_MISSED);
        else watch();
      });
    }

    end.closed = gone;
    end.heard = (bytes) => {
      heardAt = clock.now();
      const frame = decodeFrame(bytes);
      if (place) {
        receive(place, end, frame, bytes);
        return;
      }
      cancel();
      const found = welcome(end, decodeControl<Hello>(frame.payload));
      if (typeof found === 'number') {
        drop(found);
        return;
      }
      place = found;
      watch();
    };
  }

  function welcome(end: RelayEnd, hello: Hello): Place | CloseCode {
    const place = places.find(({ role }) => role === hello.role) as Place;
    // An agent may use its grant again; a tag brings its first secret itself.
    const { resume = '' } = hello;
    const isKnown = hello.role === 'agent' || place.secrets.length === 0 || place.secrets.includes(resume);
    if (!isKnown) return CloseCode.NOT_AUTHENTICATED;
    if ((hello.attempt ?? 0) <= place.attempt) return CloseCode.REPLACED;
    place.attempt = hello.attempt ?? 0;
    const before = place.end;
    place.end = end;
    if (before) drops.get(before)?.(CloseCode.REPLACED);
    if (place.role === 'consumer' && !isNew && !hello.continues) epoch = (epoch % MAX_EPOCH) + 1;
    if (place.role === 'consumer') isNew = false;
    const fresh = `secret ${++secretsGiven}`;
    // The one that was presented stays good, with what was given since.
    place.secrets = [...(place.secrets.length === 0 ? [resume] : place.secrets.slice(Math.max(0, place.secrets.indexOf(resume)))), fresh];
    control(end, FrameType.WELCOME, {
      ...{ protocol: 1, participant: place.number, epoch, resume: fresh, session: session(), limits: LIMITS, resourceOrigins: [] },
    });
    tellAll();
    return place;
  }

  function receive(from: Place, end: RelayEnd, { type, sequence, payload }: Frame, bytes: Uint8Array): void {
    if (from.end !== end) return;
    if (type === FrameType.PING) return end.send(encodeFrame(FrameType.PONG, 0, sequence, payload));
    const verdict = permission(from.role, state, mode, type);
    if (verdict === 'close') throw new Error(`${from.role} sent ${frameTypeName(type) ?? type}`);
    if (verdict !== 'allow') return refuse(end, verdict.refuse, type, sequence);
    if (type === FrameType.SET_MODE) {
      const wanted = decodeControl<{ readonly mode: Mode }>(payload).mode;
      if (wanted === 'shared' && mode !== 'shared') return refuse(end, 'consent-needed', type, sequence);
      mode = wanted;
      return tellAll();
    }
    if (laneOf(type) === 'control') return;
    const to = places.find((one) => one !== from)?.end;
    if (!to) return laneOf(type) === 'pointer' ? undefined : refuse(end, 'not-present', type, sequence);
    const stamped = bytes.slice();
    stamped[SENDER_OFFSET] = from.number;
    to.send(stamped);
  }

  const refuse = (end: RelayEnd, reason: string, type: FrameType, sequence: number): void =>
    control(end, FrameType.ERROR, { reason, message: reason, type, sequence, allowed: [] });

  return {
    get mode() {
      return mode;
    },
    get state() {
      return state;
    },
    get isSettled() {
      return places.every(({ end }) => end !== undefined);
    },
    accept,
    change(nextState, nextMode) {
      state = nextState;
      mode = nextMode;
      tellAll();
    },
    die() {
      // The paths break by themselves: nobody says goodbye.
      for (const drop of [...drops.values()]) drop(CloseCode.GOING_AWAY);
    },
    end() {
      state = 'ended';
      tellAll();
      for (const { end } of places) if (end) drops.get(end)?.(CloseCode.SESSION_ENDED);
    },
  };
}
