/** What programs embed: open a cache, append to it, read it. */
@NullMarked
package dev.firn.core.cache;

import org.jspecify.annotations.NullMarked;
