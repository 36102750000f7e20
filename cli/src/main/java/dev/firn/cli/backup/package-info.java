/** The command {@code firn backup}. */
@NullMarked
package dev.firn.cli.backup;

import org.jspecify.annotations.NullMarked;
