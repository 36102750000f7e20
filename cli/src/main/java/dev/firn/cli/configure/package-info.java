/** The commands under {@code firn config}. */
@NullMarked
package dev.firn.cli.configure;

import org.jspecify.annotations.NullMarked;
