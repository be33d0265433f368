/**
 * The relay's own sessions between simulated tags and viewers, under virtual time, on a network that does what networks do: each seed is a world that can be
 * lived again.
 */
@NullMarked
package io.tandem.load.simulation;

import org.jspecify.annotations.NullMarked;
