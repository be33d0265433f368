/** The commands as somebody types them. */
@NullMarked
package io.tandem.load.cli;

import org.jspecify.annotations.NullMarked;
