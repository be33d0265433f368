/** Rules over the relay as a whole. */
@NullMarked
package io.tandem.relay.architecture;

import org.jspecify.annotations.NullMarked;
