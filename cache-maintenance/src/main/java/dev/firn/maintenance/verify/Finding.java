package dev.firn.maintenance.verify;

import java.util.OptionalLong;

/**
 * One thing that a check found.
 *
 * @param path below the cache's root, with slashes
 * @param found what is there
 * @param expected what should be; empty for notes
 * @param consequence what it means for the rows
 * @param advice what to do; empty if nothing
 * @param rows live rows affected; empty if their number is not known
 */
public record Finding(
    Severity severity,
    String path,
    String found,
    String expected,
    String consequence,
    String advice,
    OptionalLong rows) {}
