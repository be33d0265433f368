/** RFC 6455 case by case on plain sockets, directly and through balancers, and what bad clients cost the relay. */
@NullMarked
package io.tandem.load.conformance;

import org.jspecify.annotations.NullMarked;
