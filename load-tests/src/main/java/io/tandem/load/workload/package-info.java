/** What simulated pairs do: recorded sessions as sizes and moments, and where they come from. */
@NullMarked
package io.tandem.load.workload;

import org.jspecify.annotations.NullMarked;
