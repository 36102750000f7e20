package dev.firn.maintenance.repair;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A generation that may be the live one, for somebody to choose from.
 *
 * @param rows live rows, if they can be counted
 * @param newest when it was last committed to
 * @param why what speaks for and against it
 */
public record Candidate(
    String generation, boolean readable, OptionalLong rows, Instant newest, String why) {}
