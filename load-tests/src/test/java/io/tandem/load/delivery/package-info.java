/** The machines of delivery, against what the protocol's vectors say. */
@NullMarked
package io.tandem.load.delivery;

import org.jspecify.annotations.NullMarked;
