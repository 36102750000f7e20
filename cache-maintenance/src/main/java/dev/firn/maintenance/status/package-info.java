/** How a cache is: what a pass remembers, and what an operator wants to see first. */
@NullMarked
package dev.firn.maintenance.status;

import org.jspecify.annotations.NullMarked;
