/**
 * What a pass leaves for the next one under {@code maintenance/}: what became of each partition,
 * and how much time has been seen to pass.
 */
@NullMarked
package dev.firn.maintenance.notes;

import org.jspecify.annotations.NullMarked;
