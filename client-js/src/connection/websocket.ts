import { CloseCode } from '../protocol/close-code.ts';
import { type Carrier, type CarrierEvents, deliver } from './carrier.ts';

/** The subprotocol that names version 1 of the frames (protocol section 5.1). */
const SUBPROTOCOL = 'tandem.v1';

/** Opens one WebSocket. @throws SyntaxError or SecurityError for a URL that no WebSocket may have */
export function openWebSocket(Socket: typeof WebSocket, url: string, events: CarrierEvents): Carrier {
  const socket = new Socket(url, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  const carrier: Carrier = {
    kind: 'websocket',
    isOpen: false,
    events,
    send: (bytes) => socket.send(bytes),
    close(code = CloseCode.NORMAL) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      // A browser lets a page close with 1000 and 3000-4999 only.
      socket.close(code < 3000 ? CloseCode.NORMAL : code);
    },
  };
  socket.onopen = () => {
    carrier.isOpen = true;
    carrier.events.opened();
  };
  socket.onclose = ({ code, reason }) => carrier.events.lost(code, reason);
  // A text message, which the relay never sends, is no array of bytes and counts as an empty frame.
  socket.onmessage = ({ data }) => deliver(carrier, new Uint8Array(data as ArrayBuffer));
  return carrier;
}
