/** Who somebody is and what they may do: brands, agent tokens, secrets and the permission table. */
@NullMarked
package io.tandem.relay.identity;

import org.jspecify.annotations.NullMarked;
