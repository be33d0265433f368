/** Simulated tags and agents: clients of the real protocol over real sockets, on Netty's own WebSocket client. */
@NullMarked
package io.tandem.load.peer;

import org.jspecify.annotations.NullMarked;
