/** A network to test against: one path between clients and a relay, on real sockets of this machine, whose faults are switched while it runs. */
@NullMarked
package io.tandem.load.netlab;

import org.jspecify.annotations.NullMarked;
