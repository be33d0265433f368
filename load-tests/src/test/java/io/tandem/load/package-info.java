/** What a running relay must do, shown over real sockets. */
@NullMarked
package io.tandem.load;

import org.jspecify.annotations.NullMarked;
