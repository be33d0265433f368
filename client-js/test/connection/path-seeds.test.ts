import { describe, expect, it } from 'vitest';
import { HELLO_MILLIS, MAX_ATTEMPTS } from '../../src/connection/attempts.ts';
import type { CarrierKind } from '../../src/connection/carrier.ts';
import { openChannel } from '../../src/connection/channel.ts';
import { viaPath } from '../../src/connection/path.ts';
import { CloseCode } from '../../src/protocol/close-code.ts';
import { decodeControl, type Hello } from '../../src/protocol/control.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { FakeCarrier } from './fake-carrier.ts';
import { fakeClock } from './fake-socket.ts';

/** How many worlds; TANDEM_SEEDS=100000 for a long run, TANDEM_SEED=n for one of them. */
const SEEDS = Number(process.env['TANDEM_SEEDS'] ?? 2_000);
const ONLY = process.env['TANDEM_SEED'];
/** A good network opens and answers within this. */
const SLOWEST_MILLIS = 80;
/** What a client may take to be back once its network is. */
const BACK_MILLIS = 1_000;

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Weather = 'good' | 'dark' | 'no-websocket' | 'no-long-poll' | 'slow';

/** A network that opens, delays, stalls and kills carriers, and a relay with one participant behind it. */
function createWorld(seed: number) {
  const random = randomOf(seed);
  const clock = fakeClock();
  const network = new EventTarget();
  const live = new Set<FakeCarrier>();
  let weather: Weather = 'good';
  /** Who has the participant's place at the relay, and by which attempt. */
  let holder: FakeCarrier | undefined;
  let accepted = 0;
  let awaited: { readonly at: number; readonly carrier: FakeCarrier } | undefined;
  const faults: string[] = [];

  const passes = (kind: CarrierKind): boolean => {
    if (weather === 'dark') return false;
    return weather !== (kind === 'websocket' ? 'no-websocket' : 'no-long-poll');
  };
  const delay = (): number => (weather === 'slow' ? 300 + random() * 900 : 5 + random() * (SLOWEST_MILLIS - 5)) / 2;

  /** One way over the network; what meets a dark one is lost, as it would be until TCP tries again. */
  function travel(carrier: FakeCarrier, arrive: () => void): void {
    if (!passes(carrier.kind)) return;
    clock.after(delay(), () => {
      if (passes(carrier.kind)) arrive();
    });
  }

  function open(kind: CarrierKind, events: FakeCarrier['events']): FakeCarrier {
    const carrier = new FakeCarrier(kind, events);
    live.add(carrier);
    for (const other of live) if (other.isClosed) live.delete(other);
    // Beside the one that the channel rides on.
    if (live.size > MAX_ATTEMPTS + 1) faults.push(`${live.size} carriers at once at ${clock.now()}`);
    carrier.onsend = (frame) => sent(carrier, frame);
    // Some attempts hang, whatever their kind.
    if (weather !== 'good' && random() < 0.1) return carrier;
    if (!passes(kind) && weather !== 'dark' && random() < 0.5) clock.after(delay(), () => carrier.lose());
    else travel(carrier, () => travel(carrier, () => carrier.open()));
    return carrier;
  }

  function sent(carrier: FakeCarrier, frame: Frame): void {
    if (frame.type === FrameType.HELLO) {
      if (awaited && !awaited.carrier.isClosed && !welcomed.has(awaited.carrier) && clock.now() - awaited.at < HELLO_MILLIS) {
        faults.push(`two HELLOs in flight at ${clock.now()}`);
      }
      awaited = { at: clock.now(), carrier };
      const { attempt = 0 } = decodeControl<Hello>(frame.payload);
      travel(carrier, () => hello(carrier, attempt));
    } else if (frame.type === FrameType.PING) {
      travel(carrier, () => {
        if (carrier === holder) travel(carrier, () => carrier.receive(FrameType.PONG, frame.payload));
      });
    }
  }

  const welcomed = new Set<FakeCarrier>();
  function hello(carrier: FakeCarrier, attempt: number): void {
    if (attempt <= accepted) {
      travel(carrier, () => carrier.lose(CloseCode.REPLACED));
      return;
    }
    accepted = attempt;
    const old = holder;
    holder = carrier;
    if (old) travel(old, () => old.lose(CloseCode.REPLACED));
    travel(carrier, () => {
      if (carrier.isClosed) return;
      welcomed.add(carrier);
      carrier.welcome();
    });
  }

  const channel = openChannel({
    clock,
    hello: () => ({ protocol: [1, 1], role: 'agent', client: 'test', lz4: true }),
    connect: viaPath({ url: 'wss://relay/v1/sessions/x/channel', clock, network, random, open }),
  });

  /** Traffic as in a session: something every 100 ms. */
  function live100(): void {
    if (channel.state === 'closed') return;
    channel.send(FrameType.CURSOR);
    clock.after(100, live100);
  }
  clock.after(50, live100);

  return {
    random,
    clock,
    network,
    channel,
    faults,
    turn(next: Weather): void {
      weather = next;
      for (const carrier of live) {
        // A network that begins to block a kind cuts some of its connections and lets others hang.
        if (!passes(carrier.kind) && weather !== 'dark' && random() < 0.5) carrier.lose();
      }
    },
    /** Whether what the client rides on is what the relay knows. */
    isWhole: () => channel.state === 'open' && holder !== undefined && !holder.isClosed,
    kill(): void {
      holder?.lose(random() < 0.5 ? 1006 : 1011);
    },
  };
}

const WEATHER: readonly Weather[] = ['good', 'dark', 'dark', 'no-websocket', 'no-long-poll', 'slow'];

function live(seed: number): string[] {
  const world = createWorld(seed);
  const { clock, random, faults } = world;
  for (let spell = 0; spell < 6; spell++) {
    world.turn(WEATHER[Math.floor(random() * WEATHER.length)]!);
    const until = clock.now() + 200 + random() * (random() < 0.2 ? 20_000 : 4_000);
    while (clock.now() < until) {
      clock.advance(random() * 400);
      if (random() < 0.05) world.kill();
      if (random() < 0.02) world.network.dispatchEvent(new Event('online'));
    }
    world.turn('good');
    clock.advance(BACK_MILLIS);
    if (!world.isWhole()) faults.push(`not back ${BACK_MILLIS} ms after the network, at ${clock.now()}: ${world.channel.state}`);
  }
  world.channel.close();
  clock.advance(5_000);
  if (clock.pending > 0) faults.push(`${clock.pending} timers left`);
  return faults;
}

describe('a path in any weather', () => {
  it(`should have one HELLO in flight, few attempts, be back within 1 s and leave nothing, in ${ONLY ? `world ${ONLY}` : `${SEEDS} worlds`}`, () => {
    const failures: string[] = [];
    for (let seed = ONLY ? Number(ONLY) : 1; seed <= Number(ONLY ?? SEEDS); seed++) {
      for (const fault of live(seed)) failures.push(`seed ${seed}: ${fault}`);
    }
    expect(failures.slice(0, 20), `${failures.length} faults`).toEqual([]);
  }, 120_000);
});
