/** Data of the shapes that benchmarks run on: the same bytes on every machine. */
@NullMarked
package dev.firn.smoke.shape;

import org.jspecify.annotations.NullMarked;
