package dev.firn.cli.config;

import java.time.Duration;

/**
 * When the daemon maintains.
 *
 * @param enabled false if it never does by itself
 * @param interval from the beginning of one pass to that of the next
 * @param budget how long a pass starts further partitions
 */
public record TickSettings(boolean enabled, Duration interval, Duration budget) {}
