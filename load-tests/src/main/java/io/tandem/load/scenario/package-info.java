/** What many sessions do at once to one relay, measured: started by hand, with small figures in the tests. */
@NullMarked
package io.tandem.load.scenario;

import org.jspecify.annotations.NullMarked;
