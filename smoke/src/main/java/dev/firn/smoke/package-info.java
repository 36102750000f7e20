/** Flows through the real {@code firn} command, as its users run it, on real cache directories. */
@NullMarked
package dev.firn.smoke;

import org.jspecify.annotations.NullMarked;
