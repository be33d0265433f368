/** The long-poll carrier: frames as records in the bodies of plain HTTP requests, one GET and one POST of a client at a time. */
@NullMarked
package io.tandem.relay.transport.longpoll;

import org.jspecify.annotations.NullMarked;
