package dev.firn.cli.config;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.disk.Disk;
import dev.firn.core.rows.DeclaredSchema;
import dev.firn.core.rows.OnMismatch;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in effect: what the file says, and the defaults for what it leaves out. There
 * is none with problems.
 */
public final class Config {
  private static final String SQL_MEMORY = ConfigSchema.SQL + "." + ConfigSchema.SQL_MEMORY;
  private static final String SQL_THREADS = ConfigSchema.SQL + "." + ConfigSchema.SQL_THREADS;
  private static final long DEFAULT_SQL_MEMORY_BYTES = 1L << 30;
  private static final long DEFAULT_SQL_THREADS = 0;

  private final Optional<Path> file;
  private final Map<String, Object> fromFile;
  private final Map<String, DeclaredSchema> declared;

  private Config(
      Optional<Path> file, Map<String, Object> fromFile, Map<String, DeclaredSchema> declared) {
    this.file = file;
    this.fromFile = fromFile;
    this.declared = declared;
  }

  /** Nothing but defaults. */
  public static Config defaults() {
    return new Config(Optional.empty(), Map.of(), Map.of());
  }

  /**
   * Reads a file, and the schemas that it names.
   *
   * @throws InvalidConfigException with every problem that is in it
   * @throws IOException if the disk refuses
   */
  public static Config load(Disk disk, Path file) throws IOException {
    return parse(file, disk.read(file), schema -> disk.read(schema));
  }

  /** Like {@link #load} for content that was read already; the schemas are not read. */
  static Config parse(Path file, byte[] content) {
    return parse(file, content, null);
  }

  private static Config parse(
      Path file, byte[] content, SchemaFiles.@Nullable Reader schemaReader) {
    List<ConfigProblem> problems = new ArrayList<>();
    Rule.Findings findings = new Rule.Findings(problems);
    JsonTree.parse(content, problems)
        .ifPresent(value -> ConfigSchema.DOCUMENT.check("", value, findings));
    Map<String, DeclaredSchema> declared =
        schemaReader == null ? Map.of() : SchemaFiles.read(file, findings, problems, schemaReader);
    if (!problems.isEmpty()) {
      problems.sort(
          Comparator.comparingInt(ConfigProblem::line).thenComparingInt(ConfigProblem::column));
      throw new InvalidConfigException(file, problems);
    }
    return new Config(
        Optional.of(file), Map.copyOf(new LinkedHashMap<>(findings.values())), declared);
  }

  /** The file that was read; empty if there was none. */
  public Optional<Path> file() {
    return file;
  }

  /** What maintenance runs with. */
  public MaintenanceConfig maintenance() {
    if (fromFile.isEmpty()) {
      return MaintenanceConfig.defaults();
    }
    return MaintenanceKey.toConfig(
            key -> Objects.requireNonNull(fromFile.getOrDefault(key.path(), key.defaultValue())))
        .with(duplicates())
        .with(RetentionSettings.of(fromFile));
  }

  private DuplicatesConfig duplicates() {
    Map<String, Kept> kept = new LinkedHashMap<>();
    ofDatasets(ConfigSchema.DEDUPE).forEach((dataset, text) -> kept.put(dataset, Kept.parse(text)));
    return new DuplicatesConfig(kept, ofDatasets(ConfigSchema.KEY));
  }

  /** What the daemon runs with. */
  public DaemonSettings daemon() {
    return DaemonKey.toSettings(
        key -> Objects.requireNonNull(fromFile.getOrDefault(key.path(), key.defaultValue())));
  }

  /** When the daemon maintains. */
  public TickSettings ticks() {
    boolean enabled = (Boolean) maintenanceValue(MaintenanceKey.ENABLED);
    long minutes = (Long) maintenanceValue(MaintenanceKey.INTERVAL_MINUTES);
    return new TickSettings(
        enabled && minutes > 0,
        Duration.ofMinutes(minutes),
        Duration.ofMillis((Long) maintenanceValue(MaintenanceKey.MAX_TICK_MS)));
  }

  private Object maintenanceValue(MaintenanceKey key) {
    return Objects.requireNonNull(fromFile.getOrDefault(key.path(), key.defaultValue()));
  }

  /** How {@code command} appends. */
  public AppendOptions append(String command) {
    return new AppendOptions(
            onMismatch(),
            maintenance().snapshots(),
            AppendOptions.defaults().publishEvery(),
            command)
        .withDeclared(declared);
  }

  /** Which column of a dataset holds the time of a row, if it is said. */
  public Optional<String> timeColumn(String dataset) {
    return Optional.ofNullable(ofDatasets(ConfigSchema.TIMESTAMP_COLUMN).get(dataset));
  }

  private Map<String, OnMismatch> onMismatch() {
    Map<String, OnMismatch> answers = new LinkedHashMap<>();
    ofDatasets(ConfigSchema.ON_MISMATCH)
        .forEach(
            (dataset, text) ->
                answers.put(dataset, OnMismatch.valueOf(text.toUpperCase(Locale.ROOT))));
    return answers;
  }

  /** What a member of a dataset's object says, by dataset. */
  private Map<String, String> ofDatasets(String member) {
    String start = ConfigSchema.DATASETS + ".";
    String end = "." + member;
    Map<String, String> texts = new LinkedHashMap<>();
    fromFile.forEach(
        (key, value) -> {
          if (key.startsWith(start) && key.endsWith(end)) {
            texts.put(key.substring(start.length(), key.length() - end.length()), value.toString());
          }
        });
    return texts;
  }

  /** How much memory a query may take, beside that of Java. */
  public long sqlMemoryBytes() {
    return (Long) fromFile.getOrDefault(SQL_MEMORY, DEFAULT_SQL_MEMORY_BYTES);
  }

  /** How many threads a query may use; 0 for as many as there are processors. */
  public int sqlThreads() {
    return Math.toIntExact((Long) fromFile.getOrDefault(SQL_THREADS, DEFAULT_SQL_THREADS));
  }

  /** Every value in effect, in the order of the documentation, then what the file adds, by name. */
  public List<Setting> settings() {
    Map<String, Object> defaults = new LinkedHashMap<>();
    for (MaintenanceKey key : MaintenanceKey.values()) {
      defaults.put(key.path(), key.defaultValue());
    }
    defaults.put(SQL_MEMORY, DEFAULT_SQL_MEMORY_BYTES);
    defaults.put(SQL_THREADS, DEFAULT_SQL_THREADS);
    for (DaemonKey key : DaemonKey.values()) {
      defaults.put(key.path(), key.defaultValue());
    }
    List<Setting> settings = new ArrayList<>();
    defaults.forEach(
        (key, value) ->
            settings.add(
                new Setting(
                    key,
                    Objects.requireNonNull(fromFile.getOrDefault(key, value)),
                    fromFile.containsKey(key))));
    fromFile.entrySet().stream()
        .filter(e -> !defaults.containsKey(e.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> settings.add(new Setting(e.getKey(), e.getValue(), true)));
    return settings;
  }
}
