/** One load run from its first connection to its report: scenarios, what they measured, and the command line. */
@NullMarked
package io.tandem.load.run;

import org.jspecify.annotations.NullMarked;
