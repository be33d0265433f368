/** Whole runs, against relays that are right and wrong. */
@NullMarked
package io.tandem.load.run;

import org.jspecify.annotations.NullMarked;
