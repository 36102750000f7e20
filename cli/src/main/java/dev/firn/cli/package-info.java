/** The {@code firn} command: assembles the commands, runs one, answers with its exit code. */
@NullMarked
package dev.firn.cli;

import org.jspecify.annotations.NullMarked;
