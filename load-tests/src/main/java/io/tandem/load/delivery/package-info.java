/**
 * The two ends of delivery (protocol, section 4) for simulated tags and agents: pure state machines, to which time and the way out are given.
 * What they do is what the TypeScript clients do.
 */
@NullMarked
package io.tandem.load.delivery;

import org.jspecify.annotations.NullMarked;
