/** The errors of a cache: every way in which a file of it can fail to be what it should. */
@NullMarked
package dev.firn.core;

import org.jspecify.annotations.NullMarked;
