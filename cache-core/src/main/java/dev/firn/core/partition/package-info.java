/** The state of a partition: whether it can be trusted, and if not, why not. */
@NullMarked
package dev.firn.core.partition;

import org.jspecify.annotations.NullMarked;
