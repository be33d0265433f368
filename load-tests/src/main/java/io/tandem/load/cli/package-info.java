/** The load harness's commands. */
@NullMarked
package io.tandem.load.cli;

import org.jspecify.annotations.NullMarked;
