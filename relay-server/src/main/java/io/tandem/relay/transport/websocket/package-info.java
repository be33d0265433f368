/** The WebSocket carrier: the handshake, RFC 6455 framing and closing, and the outlet that writes to a client. */
@NullMarked
package io.tandem.relay.transport.websocket;

import org.jspecify.annotations.NullMarked;
