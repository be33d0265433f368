/** What recordings are made of. */
@NullMarked
package io.tandem.load.workload;

import org.jspecify.annotations.NullMarked;
