/** One daemon a root: the claim, the log, the token. */
@NullMarked
package dev.firn.cli.daemon.life;

import org.jspecify.annotations.NullMarked;
