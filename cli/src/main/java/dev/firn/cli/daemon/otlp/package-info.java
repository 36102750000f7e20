/** OpenTelemetry's protocol: logs, traces and metrics of any SDK, as rows. */
@NullMarked
package dev.firn.cli.daemon.otlp;

import org.jspecify.annotations.NullMarked;
