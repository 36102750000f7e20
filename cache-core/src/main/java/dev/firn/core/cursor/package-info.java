/**
 * The one mutable file of a partition: what it says, and the ways in which it can fail to say it.
 */
@NullMarked
package dev.firn.core.cursor;

import org.jspecify.annotations.NullMarked;
