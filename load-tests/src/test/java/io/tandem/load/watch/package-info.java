/** What another JVM's own words say of it. */
@NullMarked
package io.tandem.load.watch;

import org.jspecify.annotations.NullMarked;
