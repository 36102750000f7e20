package dev.firn.maintenance.duplicates;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which datasets may hold one row of a key only. Where nothing is configured every row stays.
 *
 * @param kept which row stays, by dataset; of others nothing goes
 * @param keys the declared key column, by dataset
 */
public record DuplicatesConfig(Map<String, Kept> kept, Map<String, String> keys) {
  /** The column by which programs of the field tell rows apart; the key where none is declared. */
  static final String FIELD_KEY = "_hyp_cache_row_id";

  private static final DuplicatesConfig NONE = new DuplicatesConfig(Map.of(), Map.of());

  public DuplicatesConfig {
    // In order: what is remembered of a pass is compared with the configuration as text.
    kept = Collections.unmodifiableMap(new TreeMap<>(kept));
    keys = Collections.unmodifiableMap(new TreeMap<>(keys));
  }

  /** Which of the rows of a key stays, in the order of the table. */
  public enum Kept {
    FIRST,
    LAST;

    /** As in the configuration; the inverse of {@link #text}. */
    public static Kept parse(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** No row goes. */
  public static DuplicatesConfig none() {
    return NONE;
  }

  /** Of one dataset. */
  public static DuplicatesConfig of(String dataset, String key, Kept kept) {
    return new DuplicatesConfig(Map.of(dataset, kept), Map.of(dataset, key));
  }

  Optional<Kept> kept(String dataset) {
    return Optional.ofNullable(kept.get(dataset));
  }

  String key(String dataset) {
    return Objects.requireNonNullElse(keys.get(dataset), FIELD_KEY);
  }
}
