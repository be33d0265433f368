import { encodeControl, type Welcome } from '../../src/protocol/control.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import type { Clock } from '../../src/connection/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time; what is due on the way runs at its time. */
  advance(millis: number): void;
  /** Moves time while nothing runs, as on a machine that sleeps; then what is due runs late. */
  sleep(millis: number): void;
  /** As {@link FakeClock.advance}, with a turn for promises after each task. */
  run(millis: number): Promise<void>;
  readonly pending: number;
}

/** A clock that moves only when told; tasks run in the order of their time. */
export function fakeClock(): FakeClock {
  let now = 0;
  /** By time, those of the same time in the order in which they were planned. */
  const tasks: { readonly at: number; readonly task: () => void }[] = [];
  /** @returns whether there was one */
  function runNext(until: number): boolean {
    const [next] = tasks;
    if (!next || next.at > until) return false;
    tasks.shift();
    now = Math.max(now, next.at);
    next.task();
    return true;
  }
  return {
    now: () => now,
    after(millis, task) {
      const entry = { at: now + millis, task };
      let place = tasks.length;
      while (place > 0 && tasks[place - 1]!.at > entry.at) place--;
      tasks.splice(place, 0, entry);
      return () => {
        const index = tasks.indexOf(entry);
        if (index >= 0) tasks.splice(index, 1);
      };
    },
    get pending() {
      return tasks.length;
    },
    advance(millis) {
      const end = now + millis;
      while (runNext(end));
      now = end;
    },
    sleep(millis) {
      now += millis;
      while (runNext(now));
    },
    async run(millis) {
      const end = now + millis;
      await turn();
      while (runNext(end)) await turn();
      now = end;
    },
  };
}

/** Lets promises that are settled go on. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The relay's end of one carrier, driven by the test. */
export class FakeSocket {
  static opened: FakeSocket[] = [];

  readonly url: string;
  readonly protocol: string;
  binaryType = 'blob';
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: Frame[] = [];
  closedWith: number | undefined;

  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    FakeSocket.opened.push(this);
  }

  send(bytes: Uint8Array): void {
    this.sent.push(decodeFrame(bytes.slice()));
  }

  close(code: number): void {
    this.closedWith = code;
  }

  receive(type: FrameType, payload?: object | Uint8Array, sequence = 0): void {
    const bytes = payload === undefined || payload instanceof Uint8Array ? payload : encodeControl(payload);
    this.onmessage?.({ data: encodeFrame(type, 0, sequence, bytes).buffer });
  }

  welcome(epoch: number, changes: Partial<Welcome> = {}): void {
    this.receive(FrameType.WELCOME, {
      protocol: 1,
      participant: 1,
      epoch,
      resume: 'secret',
      session: { id: 'x', state: 'waiting', mode: null, reason: null, participants: [] },
      limits: { frameBytes: 1_048_576, expandedBytes: 16_777_216, heartbeatMillis: 20_000 },
      resourceOrigins: [],
      ...changes,
    } satisfies Welcome);
  }

  break(code: number, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}
