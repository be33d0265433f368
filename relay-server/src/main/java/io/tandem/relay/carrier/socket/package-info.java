/** Connections that can be taken from Netty when they are no longer HTTP, and the memory of an event loop that they are read into. */
@NullMarked
package io.tandem.relay.carrier.socket;

import org.jspecify.annotations.NullMarked;
