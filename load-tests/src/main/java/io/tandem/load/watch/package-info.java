/** What can be seen of another process of this machine, a JVM or not: processor time, memory, heap and pauses. */
@NullMarked
package io.tandem.load.watch;

import org.jspecify.annotations.NullMarked;
