import { encodeControl, type Welcome } from '../../src/protocol/control.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import type { Clock } from '../../src/connection/clock.ts';

/** A clock that moves only when told; tasks run in the order of their time. */
export function fakeClock(): Clock & { advance(millis: number): void; readonly pending: number } {
  let now = 0;
  const tasks = new Set<{ at: number; task: () => void }>();
  return {
    now: () => now,
    after(millis, task) {
      const entry = { at: now + millis, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
    get pending() {
      return tasks.size;
    },
    advance(millis) {
      const end = now + millis;
      for (;;) {
        const next = [...tasks].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        tasks.delete(next);
        now = next.at;
        next.task();
      }
      now = end;
    },
  };
}

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
