/** Building a new generation and making it the live one. */
@NullMarked
package dev.firn.maintenance.swap;

import org.jspecify.annotations.NullMarked;
