package dev.firn.maintenance.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What passes remember of each other: {@code maintenance/status.json}. Losing it loses nothing but
 * the memory: a partition that was given up is tried once more. So a file that cannot be read
 * counts as none, and a kill while it is written leaves the old one.
 */
public final class PassMemory {
  private static final String FILE = "status.json";
  private static final ObjectMapper JSON = new ObjectMapper();

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
   */
  public record Entry(
      String at,
      String outcome,
      String reason,
      String givenUp,
      long freeBytes,
      Map<String, String> unreadable,
      long left) {
    public Entry {
      unreadable = Map.copyOf(unreadable);
    }
  }

  private final Disk disk;
  private final CacheDirectory cache;
  private final Map<String, Entry> entries = new TreeMap<>();
  private Optional<String> lastPass = Optional.empty();

  private PassMemory(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** What is remembered; nothing if there is no memory or none that can be read. */
  public static PassMemory load(Disk disk, CacheDirectory cache) {
    PassMemory memory = new PassMemory(disk, cache);
    try {
      JsonNode document = JSON.readTree(disk.read(cache.maintenance().resolve(FILE)));
      if (document.path("lastPass").isTextual()) {
        memory.lastPass = Optional.of(document.path("lastPass").asText());
      }
      document
          .path("partitions")
          .properties()
          .forEach(field -> memory.entries.put(field.getKey(), entry(field.getValue())));
    } catch (IOException e) {
      memory.entries.clear();
    }
    return memory;
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
        node.path("left").asLong());
  }

  /** ISO time of the last pass that was remembered. */
  public Optional<String> lastPass() {
    return lastPass;
  }

  public Optional<Entry> find(String partitionPath) {
    return Optional.ofNullable(entries.get(partitionPath));
  }

  public void put(String partitionPath, Entry entry) {
    entries.put(partitionPath, entry);
  }

  /** Forgets a partition that is no longer there. */
  public void keepOnly(java.util.Set<String> partitionPaths) {
    entries.keySet().retainAll(partitionPaths);
  }

  /** Writes the memory, making {@code maintenance/} if it is not there. */
  public void save(String passTime) throws IOException {
    ObjectNode document = JSON.createObjectNode();
    document.put("version", 1);
    document.put("lastPass", passTime);
    ObjectNode partitions = document.putObject("partitions");
    entries.forEach(
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
          if (!entry.unreadable().isEmpty()) {
            ObjectNode unreadable = node.putObject("unreadable");
            new TreeMap<>(entry.unreadable()).forEach(unreadable::put);
          }
        });
    ensureDirectory(disk, cache);
    DurableFiles.replace(
        disk,
        cache.maintenance().resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
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
