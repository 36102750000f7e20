package dev.firn.cli.config;

/**
 * One value in effect.
 *
 * @param key its path, with dots
 * @param value a {@link Long}, {@link Boolean} or {@link String}
 * @param fromFile false if nobody set it
 */
public record Setting(String key, Object value, boolean fromFile) {}
