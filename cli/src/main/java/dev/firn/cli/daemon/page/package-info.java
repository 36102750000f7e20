/** What the daemon tells: JSON, metrics, a page. */
@NullMarked
package dev.firn.cli.daemon.page;

import org.jspecify.annotations.NullMarked;
