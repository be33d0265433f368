import { CloseCode } from '../protocol/close-code.ts';
import { decodeBareFrame } from '../protocol/frame.ts';
import { type Clock, pageClock } from './clock.ts';
import type { Connect } from './connector.ts';
import { openWebSocket } from './websocket.ts';

/** The relay asks who says nothing for a heartbeat. After so many without a word from it the carrier counts as dead, as it does for the relay. */
const SILENT_HEARTBEATS = 3;

/** Rides on one WebSocket, and on nothing else once that is lost: all that a page needs that waits in the lobby of a relay it can reach. */
export function overWebSocket(url: string, clock: Clock = pageClock, Socket: typeof WebSocket = WebSocket): Connect {
  return (events) => {
    let silenceMillis = 0;
    let rest = (): void => undefined;
    const carrier = openWebSocket(Socket, url, {
      opened: () => carrier.send(events.hello()),
      message(bytes) {
        listen();
        events.frame(decodeBareFrame(bytes));
      },
      lost(code, reason) {
        rest();
        events.lost(code, reason);
      },
    });

    function listen(): void {
      rest();
      if (silenceMillis)
        rest = clock.after(silenceMillis, () => {
          carrier.close();
          events.lost(CloseCode.HEARTBEAT_MISSED, '');
        });
    }

    return {
      send: carrier.send,
      welcomed(heartbeatMillis) {
        silenceMillis = heartbeatMillis * SILENT_HEARTBEATS;
        listen();
      },
      close(code) {
        rest();
        carrier.close(code);
      },
      release() {
        rest();
        return carrier;
      },
    };
  };
}
