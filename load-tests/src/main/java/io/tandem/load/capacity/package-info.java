/** From what was measured of one event loop to many nodes: how many a number of sessions needs, and how evenly they share the load. */
@NullMarked
package io.tandem.load.capacity;

import org.jspecify.annotations.NullMarked;
