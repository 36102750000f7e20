package dev.firn.cli.config;

import dev.firn.core.append.SnapshotPolicy;
import dev.firn.maintenance.config.Housekeeping;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.AutoRepair;
import dev.firn.maintenance.config.MaintenanceConfig.Policies;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.rewrite.RewriteLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/**
 * The keys under {@code query.cache.maintenance}: what each may be and what it is if nobody says.
 * {@link #toConfig} is where they reach the code.
 */
enum MaintenanceKey {
  ENABLED(Rule.flag(), d -> true),
  INTERVAL_MINUTES(Rule.whole(0, Limits.MINUTES), d -> 60L),
  TARGET_FILE_BYTES(Rule.whole(1, Limits.BYTES), MaintenanceConfig::targetFileBytes),
  MIN_SNAPSHOTS_TO_KEEP(Rule.whole(1, Integer.MAX_VALUE), d -> (long) d.snapshots().minToKeep()),
  MAX_SNAPSHOT_AGE_HOURS(
      Rule.whole(1, Limits.HOURS, Limits.OFF), d -> d.snapshots().maxAge().toHours()),
  COMPACT_FILE_COUNT(
      Rule.whole(1, Integer.MAX_VALUE, Limits.OFF), d -> (long) d.compactFileCount()),
  COMPACT_AVG_FILE_BYTES(Rule.whole(1, Limits.BYTES), MaintenanceConfig::compactAvgFileBytes),
  COMPACT_BATCH_BYTES(
      Rule.whole(1, RewriteLimits.MAX_BATCH_BYTES), MaintenanceConfig::compactBatchBytes),
  COMPACT_BATCH_ROWS(Rule.whole(1, Integer.MAX_VALUE), d -> (long) d.compactBatchRows()),
  MAX_TICK_MS(Rule.whole(1, Integer.MAX_VALUE, Limits.OFF), d -> 30_000L),
  RETIRED_GRACE_HOURS(Rule.whole(0, Limits.HOURS), d -> d.retiredGrace().toHours()),
  ORPHAN_GRACE_MINUTES(Rule.whole(0, Limits.MINUTES), d -> d.orphanGrace().toMinutes()),
  MAX_GENERATIONS(
      Rule.whole(1, Integer.MAX_VALUE, Limits.OFF), d -> (long) d.housekeeping().maxGenerations()),
  MIN_FREE_BYTES(Rule.whole(0, Limits.BYTES), MaintenanceConfig::minFreeBytes),
  PROVE(Rule.oneOf(provings()), d -> d.prove().text()),
  AUTO_REPAIR(Rule.oneOf(repairs()), d -> d.autoRepair().text()),
  JOURNAL(Rule.flag(), d -> d.housekeeping().journal()),
  DISTINCT_COUNTS(Rule.flag(), MaintenanceConfig::distinctCounts);

  /** Where numbers stop making sense, and sums of them still fit: a pebibyte, a century. */
  private static final class Limits {
    static final long BYTES = 1L << 50;
    static final long HOURS = 100L * 366 * 24;
    static final long MINUTES = HOURS * 60;

    /** Of what is the less in force the larger it is. */
    static final String OFF = "0 is no \"off\", a large number is";
  }

  static final String SECTION = "query.cache.maintenance";

  private final Rule rule;
  private final Function<MaintenanceConfig, Object> byDefault;

  MaintenanceKey(Rule rule, Function<MaintenanceConfig, Object> byDefault) {
    this.rule = rule;
    this.byDefault = byDefault;
  }

  /** As it stands in the file. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  String path() {
    return SECTION + "." + text();
  }

  Rule rule() {
    return rule;
  }

  Object defaultValue() {
    return byDefault.apply(MaintenanceConfig.defaults());
  }

  /** What maintenance runs with; {@code value} answers for each key. */
  static MaintenanceConfig toConfig(Function<MaintenanceKey, Object> value) {
    return new MaintenanceConfig(
            (Long) value.apply(TARGET_FILE_BYTES),
            Math.toIntExact((Long) value.apply(COMPACT_FILE_COUNT)),
            (Long) value.apply(COMPACT_AVG_FILE_BYTES),
            (Long) value.apply(COMPACT_BATCH_BYTES),
            Math.toIntExact((Long) value.apply(COMPACT_BATCH_ROWS)),
            Duration.ofHours((Long) value.apply(RETIRED_GRACE_HOURS)),
            Duration.ofMinutes((Long) value.apply(ORPHAN_GRACE_MINUTES)),
            (Long) value.apply(MIN_FREE_BYTES),
            prove((String) value.apply(PROVE)),
            new SnapshotPolicy(
                Math.toIntExact((Long) value.apply(MIN_SNAPSHOTS_TO_KEEP)),
                Duration.ofHours((Long) value.apply(MAX_SNAPSHOT_AGE_HOURS))),
            Policies.none())
        .with(autoRepair((String) value.apply(AUTO_REPAIR)))
        .with(
            new Housekeeping(
                Math.toIntExact((Long) value.apply(MAX_GENERATIONS)),
                (Boolean) value.apply(JOURNAL)))
        .withDistinctCounts((Boolean) value.apply(DISTINCT_COUNTS));
  }

  private static AutoRepair autoRepair(String text) {
    return Arrays.stream(AutoRepair.values())
        .filter(r -> r.text().equals(text))
        .findFirst()
        .orElseThrow(() -> new AssertionError(text));
  }

  private static String[] repairs() {
    return Arrays.stream(AutoRepair.values()).map(AutoRepair::text).toArray(String[]::new);
  }

  private static Prove prove(String text) {
    return Arrays.stream(Prove.values())
        .filter(p -> p.text().equals(text))
        .findFirst()
        .orElseThrow(() -> new AssertionError(text));
  }

  private static String[] provings() {
    return Arrays.stream(Prove.values()).map(Prove::text).toArray(String[]::new);
  }
}
