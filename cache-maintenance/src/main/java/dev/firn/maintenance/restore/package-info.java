/** Going back to what a swap replaced, by a swap forward. */
@NullMarked
package dev.firn.maintenance.restore;

import org.jspecify.annotations.NullMarked;
