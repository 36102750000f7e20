/** Removing what provably nobody needs, and nothing else. */
@NullMarked
package dev.firn.maintenance.sweep;

import org.jspecify.annotations.NullMarked;
