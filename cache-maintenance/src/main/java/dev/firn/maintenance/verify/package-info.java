/** A checker: reads everything in a cache, changes nothing, and reports every violation. */
@NullMarked
package dev.firn.maintenance.verify;

import org.jspecify.annotations.NullMarked;
