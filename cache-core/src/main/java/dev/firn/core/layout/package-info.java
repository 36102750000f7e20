/**
 * Names: of datasets, partitions, generations, and of every file and directory that Firn gives a
 * meaning to.
 */
@NullMarked
package dev.firn.core.layout;

import org.jspecify.annotations.NullMarked;
