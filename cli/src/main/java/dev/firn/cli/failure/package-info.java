/** What can go wrong, and which exit code and message it becomes. */
@NullMarked
package dev.firn.cli.failure;

import org.jspecify.annotations.NullMarked;
