/** Brings a brand its audit events by signed HTTPS requests, again and again until it took them or they are too old. */
@NullMarked
package io.tandem.relay.audit.webhook;

import org.jspecify.annotations.NullMarked;
