/** What every command works with: the world outside, the global options, the results. */
@NullMarked
package dev.firn.cli.session;

import org.jspecify.annotations.NullMarked;
