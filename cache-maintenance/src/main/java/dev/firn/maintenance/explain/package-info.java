/** Where the bytes of a partition are, told from footers and page headers alone. Reads only. */
@NullMarked
package dev.firn.maintenance.explain;

import org.jspecify.annotations.NullMarked;
