/** The embedded default of the cluster ports: everything in this process, nothing to install. */
@NullMarked
package io.tandem.relay.cluster.local;

import org.jspecify.annotations.NullMarked;
