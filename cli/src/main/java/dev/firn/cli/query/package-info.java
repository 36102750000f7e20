/** The commands under {@code firn query}, one class a command. */
@NullMarked
package dev.firn.cli.query;

import org.jspecify.annotations.NullMarked;
