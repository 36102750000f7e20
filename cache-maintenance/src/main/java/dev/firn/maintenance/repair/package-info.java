/** Mending what can be mended without guessing, and saying what cannot. */
@NullMarked
package dev.firn.maintenance.repair;

import org.jspecify.annotations.NullMarked;
