/** Sessions: who takes part, in which state, and where each frame goes; owns the ports that carriers and clusters implement. */
@NullMarked
package io.tandem.relay.session;

import org.jspecify.annotations.NullMarked;
