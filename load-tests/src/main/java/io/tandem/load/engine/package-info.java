/** The load generator's own end of the wire: connections that cost it as little as they can, so that thousands fit beside what they measure. */
@NullMarked
package io.tandem.load.engine;

import org.jspecify.annotations.NullMarked;
