/** Bodies in, exchanges landed, within a budget of memory. */
@NullMarked
package dev.firn.cli.daemon.ingest;

import org.jspecify.annotations.NullMarked;
