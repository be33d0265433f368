import type { Clock } from '../src/connection/clock.ts';
import type { Chance } from './chance.ts';

/** What a relay sees of one carrier. */
export interface RelayEnd {
  send(bytes: Uint8Array): void;
  close(code: number, reason?: string): void;
  /** Set by the relay. */
  heard(bytes: Uint8Array): void;
  closed(): void;
}

/** The way between one client and the relay. */
export interface Path {
  /** A WebSocket class whose sockets take this way. */
  readonly WebSocket: typeof WebSocket;
  /** Nothing gets through in this direction until it heals; what waits then comes late, in order, unless its carrier was given up. */
  block(direction: Direction): void;
  heal(): void;
  /** Every carrier breaks; what was on its way is lost. */
  reset(): void;
  /** The client's machine or document goes: its sockets say nothing more to it, and the relay hears late or never that they are gone. */
  abandon(): void;
}

export type Direction = 'up' | 'down';

const ABNORMAL = 1006;

interface Line {
  /** Puts something on its way: it arrives after what was put before. */
  put(deliver: () => void): void;
  /** What has not arrived never does. */
  cut(): void;
}

/** @param accept the relay's side of a carrier that has opened */
export function createPath(clock: Clock, chance: Chance, delayMillis: number, accept: (end: RelayEnd) => void): Path {
  const blocked = new Set<Direction>();
  const waiting: (() => void)[] = [];
  const carriers = new Set<Carrier>();

  function line(direction: Direction): Line {
    let freeAt = 0;
    let isCut = false;
    let stuck: (() => void)[] = [];
    function put(deliver: () => void): void {
      if (isCut) return;
      if (blocked.has(direction)) {
        if (stuck.length === 0) waiting.push(unstick);
        stuck.push(deliver);
        return;
      }
      freeAt = Math.max(freeAt, clock.now() + delayMillis * (0.5 + chance()));
      clock.after(freeAt - clock.now(), () => {
        // A path that broke meanwhile holds what is on it.
        if (isCut) return;
        if (blocked.has(direction) || stuck.length > 0) put(deliver);
        else deliver();
      });
    }
    function unstick(): void {
      const late = stuck;
      stuck = [];
      for (const deliver of late) put(deliver);
    }
    return { put, cut: () => ((isCut = true), (stuck = [])) };
  }

  class Carrier {
    binaryType = '';
    readonly bufferedAmount = 0;
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    private readonly up = line('up');
    private readonly down = line('down');
    private readonly end: RelayEnd;
    private isGone = false;

    constructor() {
      carriers.add(this);
      this.end = {
        send: (bytes) => {
          this.down.put(() => this.onmessage?.({ data: bytes.buffer }));
        },
        close: (code, reason = '') => {
          this.up.cut();
          this.down.put(() => this.lost(code, reason));
        },
        heard: () => undefined,
        closed: () => undefined,
      };
      this.up.put(() => {
        accept(this.end);
        this.down.put(() => this.onopen?.());
      });
    }

    send(bytes: Uint8Array): void {
      this.up.put(() => this.end.heard(bytes));
    }

    close(): void {
      this.isGone = true;
      this.down.cut();
      // What was sent before still arrives, and then the end.
      this.up.put(() => this.forget());
    }

    break(): void {
      this.up.cut();
      this.down.cut();
      this.forget();
      this.lost(ABNORMAL, '');
    }

    private forget(): void {
      carriers.delete(this);
      this.end.closed();
    }

    private lost(code: number, reason: string): void {
      carriers.delete(this);
      if (this.isGone) return;
      this.isGone = true;
      this.onclose?.({ code, reason });
    }
  }

  return {
    WebSocket: Carrier as unknown as typeof WebSocket,
    block: (direction) => void blocked.add(direction),
    heal() {
      blocked.clear();
      for (const unstick of waiting.splice(0)) unstick();
    },
    reset() {
      for (const carrier of [...carriers]) carrier.break();
    },
    abandon() {
      for (const carrier of [...carriers]) {
        carrier.onopen = carrier.onmessage = carrier.onclose = null;
        if (chance.oneIn(2)) carrier.close();
      }
    },
  };
}
