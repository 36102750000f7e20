package dev.firn.cli.config;

import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes of the values under {@code retention} and {@code datasets} what maintenance runs with. */
final class RetentionSettings {
  private static final String POLICIES = ConfigSchema.RETENTION + ".datasets.";
  private static final String DATASETS = ConfigSchema.DATASETS + ".";
  private static final List<String> MEMBERS =
      List.of("days", "max_rows", "max_bytes", "protect", "archive");

  private final Map<String, Object> values;

  private RetentionSettings(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * @param values by path, each of which is in order
   */
  static RetentionConfig of(Map<String, Object> values) {
    return new RetentionSettings(values).config();
  }

  private RetentionConfig config() {
    Map<String, RetentionPolicy> policies = new HashMap<>();
    Map<String, String> times = new HashMap<>();
    Map<String, String> keys = new HashMap<>();
    values.forEach(
        (path, value) -> {
          if (path.startsWith(POLICIES)) {
            String dataset = dataset(path.substring(POLICIES.length()));
            policies.put(dataset, policy(POLICIES + dataset));
          }
          named(path, value, ".timestamp_column", times::put);
          named(path, value, ".key", keys::put);
        });
    return new RetentionConfig(
        number(ConfigSchema.RETENTION + ".default_days"), policies, times, keys);
  }

  /** What stands before the last member, if there is one: names may hold dots. */
  private static String dataset(String path) {
    return MEMBERS.stream()
        .filter(member -> path.endsWith("." + member))
        .map(member -> path.substring(0, path.length() - member.length() - 1))
        .findFirst()
        .orElse(path);
  }

  private RetentionPolicy policy(String path) {
    Object whole = values.get(path);
    if (whole instanceof Long days) {
      return RetentionPolicy.ofDays(days);
    }
    if (whole != null) {
      return RetentionPolicy.keep();
    }
    return new RetentionPolicy(
        number(path + ".days"),
        number(path + ".max_rows"),
        number(path + ".max_bytes"),
        text(path + ".protect"),
        text(path + ".archive"));
  }

  private OptionalLong number(String path) {
    return values.get(path) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
  }

  private Optional<String> text(String path) {
    @Nullable Object value = values.get(path);
    return value == null ? Optional.empty() : Optional.of(value.toString());
  }

  private static void named(
      String path, Object value, String member, BiConsumer<String, String> found) {
    if (path.startsWith(DATASETS) && path.endsWith(member)) {
      found.accept(
          path.substring(DATASETS.length(), path.length() - member.length()), value.toString());
    }
  }
}
