/** One maintenance pass over a cache: plan, rewrite, prove, swap, retire, sweep. */
@NullMarked
package dev.firn.maintenance;

import org.jspecify.annotations.NullMarked;
