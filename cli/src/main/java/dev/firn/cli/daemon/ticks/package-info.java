/** When maintenance runs by itself, and what it left. */
@NullMarked
package dev.firn.cli.daemon.ticks;

import org.jspecify.annotations.NullMarked;
