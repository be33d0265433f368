/** Tests of the path with faults. */
@NullMarked
package io.tandem.load.netlab;

import org.jspecify.annotations.NullMarked;
