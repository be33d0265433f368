/** What becomes of an outcome: JSON, a page for people, and two of them side by side. */
@NullMarked
package io.tandem.load.report;

import org.jspecify.annotations.NullMarked;
