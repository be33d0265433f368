/** What the relay says over plain HTTP: the REST interface, health, metrics, the client bundles and the demo's pages. */
@NullMarked
package io.tandem.relay.transport.http;

import org.jspecify.annotations.NullMarked;
