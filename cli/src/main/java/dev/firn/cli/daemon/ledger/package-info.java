/** Who appended what, how fast, and what became of it. */
@NullMarked
package dev.firn.cli.daemon.ledger;

import org.jspecify.annotations.NullMarked;
