import { type Carrier, type CarrierEvents, type CarrierKind, deliver, NO_WORD } from '../src/connection/carrier.ts';
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

/** The way between one client and the relay. Both kinds of carrier keep order and lose nothing while they live; how they do it is tested elsewhere. */
export interface Path {
  /** Opens a carrier on this way, for `viaPath`. */
  open(kind: CarrierKind, events: CarrierEvents): Carrier;
  /** Nothing gets through in this direction until it heals; what waits then comes late, in order, unless its carrier was given up. */
  block(direction: Direction): void;
  heal(): void;
  /** Every carrier breaks; what was on its way is lost. */
  reset(): void;
  /** The client's document goes without a word: nothing more comes to it, and the relay hears late or never. */
  abandon(): void;
}

/** What a path is told about a client without a window. */
export const QUIET = {
  first: 'websocket',
  rides: () => undefined,
  network: { addEventListener: () => undefined, removeEventListener: () => undefined },
} as const;

export type Direction = 'up' | 'down';

interface Line {
  /** Puts something on its way: it arrives after what was put before. */
  put(deliver: () => void): void;
  /** What has not arrived never does. */
  cut(): void;
}

export interface PathNature {
  readonly delayMillis: number;
  /** Whether WebSockets open at all: some networks strip what they need. */
  readonly hasWebSocket: boolean;
  /** The relay's side of a carrier that has opened. */
  readonly accept: (end: RelayEnd) => void;
}

export function createPath(clock: Clock, chance: Chance, { delayMillis, hasWebSocket, accept }: PathNature): Path {
  const blocked = new Set<Direction>();
  const waiting: (() => void)[] = [];
  const breaks = new Set<() => void>();
  const silences = new Set<() => void>();

  function line(direction: Direction): Line {
    /** What is on its way, in order: nothing overtakes what stands before it. */
    const queue: { readonly readyAt: number; readonly deliver: () => void }[] = [];
    let isMoving = false;
    let isCut = false;

    function move(): void {
      const [first] = queue;
      if (isMoving || isCut || !first) return;
      isMoving = true;
      clock.after(first.readyAt - clock.now(), () => {
        isMoving = false;
        if (isCut) return;
        if (blocked.has(direction)) {
          waiting.push(move);
          return;
        }
        queue.shift();
        first.deliver();
        move();
      });
    }

    return {
      put(deliver) {
        if (isCut) return;
        queue.push({ readyAt: clock.now() + delayMillis * (0.5 + chance()), deliver });
        move();
      },
      cut: () => (isCut = true),
    };
  }

  function open(kind: CarrierKind, events: CarrierEvents): Carrier {
    const up = line('up');
    const down = line('down');
    let isGone = false;
    const end: RelayEnd = {
      send: (bytes) => down.put(() => deliver(carrier, bytes)),
      close(code, reason = '') {
        up.cut();
        down.put(() => lost(code, reason));
      },
      heard: () => undefined,
      closed: () => undefined,
    };
    const carrier: Carrier = {
      kind,
      isOpen: false,
      events,
      send: (bytes) => up.put(() => end.heard(bytes)),
      close() {
        isGone = true;
        down.cut();
        // What was sent before still arrives, and then the end.
        up.put(() => forget());
      },
    };
    const silenced = (): void => {
      isGone = true;
      down.cut();
      if (chance.oneIn(2)) up.put(() => forget());
    };
    const broken = (): void => {
      up.cut();
      down.cut();
      forget();
      lost(NO_WORD, '');
    };

    function forget(): void {
      breaks.delete(broken);
      silences.delete(silenced);
      end.closed();
    }

    function lost(code: number, reason: string): void {
      breaks.delete(broken);
      if (isGone) return;
      isGone = true;
      carrier.events.lost(code, reason);
    }

    breaks.add(broken);
    silences.add(silenced);
    if (kind === 'websocket' && !hasWebSocket) return carrier;
    up.put(() => {
      accept(end);
      down.put(() => {
        carrier.isOpen = true;
        carrier.events.opened();
      });
    });
    return carrier;
  }

  return {
    open,
    block: (direction) => void blocked.add(direction),
    heal() {
      blocked.clear();
      for (const move of waiting.splice(0)) move();
    },
    reset() {
      for (const broken of [...breaks]) broken();
    },
    abandon() {
      for (const silenced of [...silences]) silenced();
      silences.clear();
    },
  };
}
