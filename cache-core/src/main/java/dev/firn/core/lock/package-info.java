/**
 * Locks on files, shared by all threads of this process through one registry, and the lease on a
 * partition.
 */
@NullMarked
package dev.firn.core.lock;

import org.jspecify.annotations.NullMarked;
