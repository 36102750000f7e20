/** The live rows of a generation, exactly: data files less every kind of delete. */
@NullMarked
package dev.firn.core.read;

import org.jspecify.annotations.NullMarked;
