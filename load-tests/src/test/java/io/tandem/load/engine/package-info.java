/** The load generator's parts, one by one. */
@NullMarked
package io.tandem.load.engine;

import org.jspecify.annotations.NullMarked;
