/** The packaged command, as a process of its own. */
@NullMarked
package dev.firn.smoke.command;

import org.jspecify.annotations.NullMarked;
