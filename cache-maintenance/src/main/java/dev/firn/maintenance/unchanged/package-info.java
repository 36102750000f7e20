/** What a pass need not look at again, because nothing in it has changed since one that did. */
@NullMarked
package dev.firn.maintenance.unchanged;

import org.jspecify.annotations.NullMarked;
