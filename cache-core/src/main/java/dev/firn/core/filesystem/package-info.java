/** Which file systems a cache can be written on. */
@NullMarked
package dev.firn.core.filesystem;

import org.jspecify.annotations.NullMarked;
