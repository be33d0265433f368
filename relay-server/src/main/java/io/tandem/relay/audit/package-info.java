/** What happened in sessions, as lines of JSON for a file and for webhooks: stamped, queued and written off the event loops. */
@NullMarked
package io.tandem.relay.audit;

import org.jspecify.annotations.NullMarked;
