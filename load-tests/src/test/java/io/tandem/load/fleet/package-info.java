/** Shares of a load, and the line between those who offer them. */
@NullMarked
package io.tandem.load.fleet;

import org.jspecify.annotations.NullMarked;
