// The least that a relay on the `ws` library can be: each message goes to the other socket of the same path.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const waiting = new Map();
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 1 << 20, handleProtocols: () => 'tandem.v1' });

server.on('connection', (socket, request) => {
  const first = waiting.get(request.url);
  if (first) {
    waiting.delete(request.url);
    socket.peer = first;
    first.peer = socket;
  } else {
    waiting.set(request.url, socket);
  }
  socket.on('message', (data) => socket.peer?.send(data, { binary: true }));
  socket.on('close', () => socket.peer?.close());
  socket.on('error', () => socket.terminate());
});

http.listen(Number(process.argv[2]), '127.0.0.1');
