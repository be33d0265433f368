/** Outcomes as others read them. */
@NullMarked
package io.tandem.load.report;

import org.jspecify.annotations.NullMarked;
