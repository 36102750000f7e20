package dev.firn.maintenance.notes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What passes remember of each other: {@code maintenance/status.json}. Losing it loses nothing but
 * the memory: a partition that was given up is tried once more. So a file that cannot be read
 * counts as none, and a kill while it is written leaves the old one.
 *
 * <p>It is read when something is asked of it, and written only if a pass found something else than
 * the pass before. One that found all as it was notes its time alone (see {@link LastPass}): what
 * is remembered of each partition held then, too.
 */
public final class PassMemory {
  private static final String FILE = "status.json";

  /** Loaded when there is something to read or to write: that takes longer than most reads. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  /**
   * What is remembered of a partition.
   *
   * @param at ISO time of the pass
   * @param outcome as in a pass report
   * @param givenUp generation and metadata file of a state that a rewrite was given up for, empty
   *     if it was not: it is not tried again before that state has changed
   * @param freeBytes how much was free when the disk refused the rewrite that was given up, 0 if
   *     the disk was not the reason: with more room it is tried again
   * @param unreadable data files that cannot be read, by recorded location, and why
   * @param left files that were due and were left for a later pass
   * @param litter data files that nobody reads
   */
  public record Entry(
      String at,
      String outcome,
      String reason,
      String givenUp,
      long freeBytes,
      Map<String, String> unreadable,
      long left,
      Litter litter) {
    public Entry {
      unreadable = Map.copyOf(unreadable);
    }

    /** Where no data file lies that nobody reads. */
    public Entry(
        String at,
        String outcome,
        String reason,
        String givenUp,
        long freeBytes,
        Map<String, String> unreadable,
        long left) {
      this(at, outcome, reason, givenUp, freeBytes, unreadable, left, Litter.NONE);
    }

    /** The same of a pass at another time. */
    Entry at(String time) {
      return new Entry(time, outcome, reason, givenUp, freeBytes, unreadable, left, litter);
    }
  }

  private final Disk disk;
  private final CacheDirectory cache;
  private final Map<String, Entry> entries = new TreeMap<>();
  private Optional<String> lastPass = Optional.empty();
  private boolean loaded;
  private boolean changed;

  private PassMemory(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** What is remembered; nothing if there is no memory or none that can be read. */
  public static PassMemory load(Disk disk, CacheDirectory cache) {
    return new PassMemory(disk, cache);
  }

  private Map<String, Entry> entries() {
    if (!loaded) {
      loaded = true;
      read();
    }
    return entries;
  }

  private void read() {
    try {
      byte[] remembered = disk.read(cache.maintenance().resolve(FILE));
      JsonNode document = Json.MAPPER.readTree(remembered);
      if (document.path("lastPass").isTextual()) {
        lastPass = Optional.of(document.path("lastPass").asText());
      }
      document
          .path("partitions")
          .properties()
          .forEach(field -> entries.put(field.getKey(), entry(field.getValue())));
    } catch (IOException e) {
      entries.clear();
      changed = true;
      return;
    }
    LastPass.find(disk, cache)
        .filter(this::isLater)
        .map(Instant::toString)
        .ifPresent(
            later -> {
              lastPass = Optional.of(later);
              entries.replaceAll((path, entry) -> entry.at(later));
            });
  }

  private boolean isLater(Instant pass) {
    try {
      return lastPass.isEmpty() || pass.isAfter(Instant.parse(lastPass.get()));
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static Entry entry(JsonNode node) {
    Map<String, String> unreadable = new LinkedHashMap<>();
    node.path("unreadable")
        .properties()
        .forEach(file -> unreadable.put(file.getKey(), file.getValue().asText()));
    return new Entry(
        node.path("at").asText(),
        node.path("outcome").asText(),
        node.path("reason").asText(),
        node.path("givenUp").asText(),
        node.path("freeBytes").asLong(),
        unreadable,
        node.path("left").asLong(),
        new Litter(
            Math.max(0, node.path("litterFiles").asLong()),
            Math.max(0, node.path("litterBytes").asLong())));
  }

  /** True if anything has been written, readable or not. */
  public boolean isThere() throws IOException {
    return disk.stat(cache.maintenance().resolve(FILE)).isPresent();
  }

  /** ISO time of the last pass that was remembered. */
  public Optional<String> lastPass() {
    entries();
    return lastPass;
  }

  public Optional<Entry> find(String partitionPath) {
    return Optional.ofNullable(entries().get(partitionPath));
  }

  /** How many data files of partitions cannot be read, by path; of those alone that have some. */
  public Map<String, Integer> unreadable(Collection<Partition> partitions) {
    Map<String, Integer> files = new HashMap<>();
    for (Partition partition : partitions) {
      find(partition.path())
          .filter(entry -> !entry.unreadable().isEmpty())
          .ifPresent(entry -> files.put(partition.path(), entry.unreadable().size()));
    }
    return files;
  }

  /** Remembers this of a partition. The time alone is no news of one that was left as it is. */
  public void put(String partitionPath, Entry entry) {
    @Nullable Entry before = entries().put(partitionPath, entry);
    changed |=
        before == null
            || !before.at(entry.at()).equals(entry)
            || !entry.outcome().equals(Outcome.SKIPPED.text());
  }

  /** Forgets a partition that is no longer there. */
  public void keepOnly(Set<String> partitionPaths) {
    changed |= entries().keySet().retainAll(partitionPaths);
  }

  /**
   * At the end of a pass over all datasets: writes what is new, or the time of the pass if nothing
   * is.
   */
  public void saveIfChanged(Instant pass) throws IOException {
    if (changed || !isThere()) {
      save(pass.toString());
    } else {
      LastPass.note(disk, cache, pass);
    }
  }

  /** Writes the memory, making {@code maintenance/} if it is not there. */
  public void save(String passTime) throws IOException {
    Map<String, Entry> remembered = entries();
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("version", 1);
    document.put("lastPass", passTime);
    ObjectNode partitions = document.putObject("partitions");
    remembered.forEach(
        (path, entry) -> {
          ObjectNode node = partitions.putObject(path);
          node.put("at", entry.at());
          node.put("outcome", entry.outcome());
          node.put("reason", entry.reason());
          if (!entry.givenUp().isEmpty()) {
            node.put("givenUp", entry.givenUp());
          }
          if (entry.freeBytes() > 0) {
            node.put("freeBytes", entry.freeBytes());
          }
          if (entry.left() > 0) {
            node.put("left", entry.left());
          }
          if (!entry.litter().isNone()) {
            node.put("litterFiles", entry.litter().files());
            node.put("litterBytes", entry.litter().bytes());
          }
          if (!entry.unreadable().isEmpty()) {
            ObjectNode unreadable = node.putObject("unreadable");
            new TreeMap<>(entry.unreadable()).forEach(unreadable::put);
          }
        });
    ensureDirectory(disk, cache);
    DurableFiles.replace(
        disk,
        cache.maintenance().resolve(FILE),
        Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
  }

  /** Makes {@code maintenance/} durably if it is not there. */
  static void ensureDirectory(Disk disk, CacheDirectory cache) throws IOException {
    Path directory = cache.maintenance();
    if (!disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
      disk.createDirectory(directory);
      disk.syncDirectory(cache.root());
    }
  }
}
