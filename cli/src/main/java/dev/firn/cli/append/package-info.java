/** {@code firn append}: lines of JSON in, exchanges landed. */
@NullMarked
package dev.firn.cli.append;

import org.jspecify.annotations.NullMarked;
