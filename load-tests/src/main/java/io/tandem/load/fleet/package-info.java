/** Several generators, on several machines, as one: who offers which share of a load, when all begin, and what they measured together. */
@NullMarked
package io.tandem.load.fleet;

import org.jspecify.annotations.NullMarked;
