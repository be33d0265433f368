/** How much went through and how much may: budgets, link quality and the relay's meters. */
@NullMarked
package io.tandem.relay.metering;

import org.jspecify.annotations.NullMarked;
