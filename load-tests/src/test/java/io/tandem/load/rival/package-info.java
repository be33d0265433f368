/** The table of the side-by-side. */
@NullMarked
package io.tandem.load.rival;

import org.jspecify.annotations.NullMarked;
