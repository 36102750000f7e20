/** Who may speak to the daemon, and how bytes become requests and answers. */
@NullMarked
package dev.firn.cli.daemon.http;

import org.jspecify.annotations.NullMarked;
