/** {@code firn daemon}: the commands, and the parts of the service put together. */
@NullMarked
package dev.firn.cli.daemon;

import org.jspecify.annotations.NullMarked;
