/** Random bytes against every decoder: seeded, so that a failure comes again. */
@NullMarked
package io.tandem.relay.fuzz;

import org.jspecify.annotations.NullMarked;
