import { setMaxListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CarrierKind } from '../../src/connection/carrier.ts';
import { openChannel } from '../../src/connection/channel.ts';
import { LAST_WORDS_MILLIS } from '../../src/connection/long-poll.ts';
import { viaPath } from '../../src/connection/path.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { FakeSocket, fakeClock, turn } from './fake-socket.ts';
import { hello } from './path-lab.ts';

/** Past the moving of a carrier, the finding of silence and the racing after it, and the trying of a better carrier. */
const ENDS_MILLIS = [0, 1, 150, 399, 401, 600, 801, 1_000, 1_001, 1_200, 1_450, 2_001, 2_700, 4_000, 9_000];

/** As of a page: what hangs on the network, and each request that was made. */
function createPage() {
  const online = new Set<unknown>();
  const signals: AbortSignal[] = [];
  return {
    online,
    signals,
    network: {
      addEventListener: (_: string, listener: unknown) => online.add(listener),
      removeEventListener: (_: string, listener: unknown) => online.delete(listener),
    },
    /** A path on which no answer comes. */
    fetch: (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_, reject) => {
        if (!signal) throw new Error('a request that nothing ends');
        setMaxListeners(0, signal);
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        signals.push(signal);
      }),
  };
}

beforeEach(() => {
  FakeSocket.opened = [];
});

describe('the end of a channel', () => {
  for (const first of ['websocket', 'long-poll'] as const satisfies CarrierKind[]) {
    for (const welcomed of [true, false]) {
      it.each(ENDS_MILLIS)(
        `should leave nothing on the page, ${first} first, ${welcomed ? 'a WebSocket that answers no more' : 'nothing ever open'}, after %i ms`,
        async (millis) => {
          const clock = fakeClock();
          const { network, fetch, online, signals } = createPage();
          const connect = viaPath({
            url: 'wss://relay/v1/sessions/x/channel',
            first,
            clock,
            network: network,
            fetch,
            random: () => 0.5,
            WebSocket: FakeSocket as unknown as typeof WebSocket,
          });
          const channel = openChannel({ connect, hello, clock });
          await clock.run(first === 'websocket' ? 0 : 500);
          const [socket] = FakeSocket.opened;
          if (welcomed) {
            socket?.onopen?.();
            socket?.welcome(1);
            channel.send(FrameType.CURSOR);
          }
          await clock.run(millis);
          channel.close();
          await turn();
          const handlers = FakeSocket.opened.flatMap(({ onopen, onmessage, onclose }) => [onopen, onmessage, onclose]);
          expect(handlers.filter((handler) => handler !== null)).toEqual([]);
          expect(FakeSocket.opened.filter(({ closedWith }) => closedWith === undefined)).toEqual([]);
          expect(online.size).toBe(0);
          await clock.run(LAST_WORDS_MILLIS);
          expect(signals.filter(({ aborted }) => !aborted)).toEqual([]);
          expect(clock.pending).toBe(0);
        },
      );
    }
  }
});
