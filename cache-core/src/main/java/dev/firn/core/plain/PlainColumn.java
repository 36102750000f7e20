package dev.firn.core.plain;

/**
 * A column that is not nested.
 *
 * @param type as Iceberg's metadata names it
 */
public record PlainColumn(String name, int id, String type) {}
