package dev.firn.maintenance.retain;

import dev.firn.core.layout.CacheDirectory;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How long rows stay, for every dataset.
 *
 * @param defaultDays for datasets without a policy of their own; empty for ever
 * @param policies by dataset
 * @param timestampColumns the declared column of the event time, by dataset
 * @param keys the declared key column, by dataset
 */
public record RetentionConfig(
    OptionalLong defaultDays,
    Map<String, RetentionPolicy> policies,
    Map<String, String> timestampColumns,
    Map<String, String> keys) {
  private static final RetentionConfig NONE =
      new RetentionConfig(OptionalLong.empty(), Map.of(), Map.of(), Map.of());

  private static final RetentionPolicy JOURNAL = RetentionPolicy.ofDays(90).withMaxRows(100_000);

  public RetentionConfig {
    // In order: what is remembered of a pass is compared with the configuration as text.
    policies = Collections.unmodifiableMap(new TreeMap<>(policies));
    timestampColumns = Collections.unmodifiableMap(new TreeMap<>(timestampColumns));
    keys = Collections.unmodifiableMap(new TreeMap<>(keys));
  }

  /** Nothing is configured, nothing is dropped. */
  public static RetentionConfig none() {
    return NONE;
  }

  /** Of one dataset. */
  public static RetentionConfig of(String dataset, RetentionPolicy policy) {
    return new RetentionConfig(OptionalLong.empty(), Map.of(dataset, policy), Map.of(), Map.of());
  }

  public RetentionConfig withTimestampColumn(String dataset, String column) {
    return new RetentionConfig(defaultDays, policies, Map.of(dataset, column), keys);
  }

  public RetentionConfig withKey(String dataset, String column) {
    return new RetentionConfig(defaultDays, policies, timestampColumns, Map.of(dataset, column));
  }

  /**
   * What holds for a dataset. One with a policy takes nothing from the default; the journal of
   * maintenance has one of its own where none is configured for it.
   */
  public RetentionPolicy policy(String dataset) {
    RetentionPolicy own = policies.get(dataset);
    if (own != null) {
      return own;
    }
    if (dataset.equals(CacheDirectory.JOURNAL_DATASET)) {
      return JOURNAL;
    }
    return defaultDays.isPresent()
        ? RetentionPolicy.ofDays(defaultDays.getAsLong())
        : RetentionPolicy.keep();
  }

  /** True if anybody has said what is to become of a dataset, if only that all of it stays. */
  public boolean isConfigured(String dataset) {
    return policies.containsKey(dataset)
        || defaultDays.isPresent()
        || dataset.equals(CacheDirectory.JOURNAL_DATASET);
  }

  public Optional<String> timestampColumn(String dataset) {
    return Optional.ofNullable(timestampColumns.get(dataset));
  }

  public Optional<String> key(String dataset) {
    return Optional.ofNullable(keys.get(dataset));
  }
}
