/** The wire format and nothing else: frame types, the header, its checks, close codes and LZ4 payloads. */
@NullMarked
package io.tandem.relay.frame;

import org.jspecify.annotations.NullMarked;
