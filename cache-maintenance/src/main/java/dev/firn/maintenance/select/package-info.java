/** Which rows of a partition are to go, and for which reason: what a plan and a rewrite ask. */
@NullMarked
package dev.firn.maintenance.select;

import org.jspecify.annotations.NullMarked;
