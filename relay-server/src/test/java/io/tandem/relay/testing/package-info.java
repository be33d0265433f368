/** What the tests of every module share: the leak gate and the reader of the protocol's vectors. */
@NullMarked
package io.tandem.relay.testing;

import org.jspecify.annotations.NullMarked;
