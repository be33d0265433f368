/** What carriers have in common, whichever transport they ride on: their bounds, pointer frames that wait, and how a request for one is refused. */
@NullMarked
package io.tandem.relay.carrier;

import org.jspecify.annotations.NullMarked;
