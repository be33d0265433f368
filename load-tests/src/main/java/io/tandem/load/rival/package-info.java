/** The product beside others: relays for the same pairing on other libraries, started and measured in turn. */
@NullMarked
package io.tandem.load.rival;

import org.jspecify.annotations.NullMarked;
