/** Compares what the metadata of a live generation says with what lies in its directory. */
@NullMarked
package dev.firn.maintenance.reconcile;

import org.jspecify.annotations.NullMarked;
