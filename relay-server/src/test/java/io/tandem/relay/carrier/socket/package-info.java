/** Sockets and the memory that they are read into, and what becomes of both where memory runs out. */
@NullMarked
package io.tandem.relay.carrier.socket;

import org.jspecify.annotations.NullMarked;
