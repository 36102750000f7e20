/** Room on the disk that is kept for the passes that make room. */
@NullMarked
package dev.firn.maintenance.reserve;

import org.jspecify.annotations.NullMarked;
