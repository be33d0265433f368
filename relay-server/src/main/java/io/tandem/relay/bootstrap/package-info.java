/** The composition root: reads the configuration, builds the relay from its parts, starts and stops it. */
@NullMarked
package io.tandem.relay.bootstrap;

import org.jspecify.annotations.NullMarked;
