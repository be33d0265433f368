// The least relay on Socket.IO: `join` names the pair, and each `f` goes to the other socket of that name.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const waiting = new Map();
const http = createServer();
const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false, maxHttpBufferSize: 1 << 20 });

server.on('connection', (socket) => {
  socket.on('join', (name) => {
    const first = waiting.get(name);
    if (first) {
      waiting.delete(name);
      socket.data.peer = first;
      first.data.peer = socket;
    } else {
      waiting.set(name, socket);
    }
    socket.emit('joined');
  });
  socket.on('f', (frame) => socket.data.peer?.emit('f', frame));
  socket.on('disconnect', () => socket.data.peer?.disconnect(true));
});

http.listen(Number(process.argv[2]), '127.0.0.1');
