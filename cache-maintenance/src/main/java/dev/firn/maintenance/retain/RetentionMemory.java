package dev.firn.maintenance.retain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the last pass that decided on a dataset found, for status: {@code
 * maintenance/retention.json}. Nothing is ever dropped because of it. Losing it, or a file that
 * cannot be read, loses what status says until the next pass.
 */
public final class RetentionMemory {
  private static final String FILE = "retention.json";

  /** Loaded when there is something to read or to write: that takes longer than most reads. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final Disk disk;
  private final CacheDirectory cache;

  public RetentionMemory(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** By dataset. */
  public Map<String, DatasetRetention> load() {
    Map<String, DatasetRetention> found = new TreeMap<>();
    try {
      byte[] noted = disk.read(cache.maintenance().resolve(FILE));
      Json.MAPPER
          .readTree(noted)
          .path("datasets")
          .properties()
          .forEach(entry -> found.put(entry.getKey(), parse(entry.getKey(), entry.getValue())));
    } catch (IOException | DateTimeException e) {
      found.clear();
    }
    return found;
  }

  /** Notes what a pass found, if status would say anything else for it. */
  public void save(List<DatasetRetention> reports, RetentionConfig config) throws IOException {
    Map<String, DatasetRetention> before = load();
    Map<String, DatasetRetention> after = new TreeMap<>(before);
    reports.forEach(report -> after.put(report.dataset(), noted(report)));
    after.keySet().removeIf(dataset -> !config.policy(dataset).drops());
    boolean there = disk.stat(cache.maintenance()).map(FileStat::isDirectory).orElse(false);
    if (!there || after.equals(before)) {
      return;
    }
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("version", 1);
    ObjectNode datasets = document.putObject("datasets");
    after.forEach((dataset, report) -> format(datasets.putObject(dataset), report));
    DurableFiles.replace(
        disk,
        cache.maintenance().resolve(FILE),
        Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
  }

  /** Without what is different in every pass. */
  private static DatasetRetention noted(DatasetRetention report) {
    return new DatasetRetention(
        report.dataset(),
        report.timeColumns(),
        Optional.empty(),
        0,
        report.rowsProtected(),
        report.oldestProtected(),
        report.rowsWithoutTime(),
        report.warnings(),
        report.error());
  }

  private static void format(ObjectNode node, DatasetRetention report) {
    report.timeColumns().forEach(node.putArray("timeColumns")::add);
    node.put("rowsProtected", report.rowsProtected());
    report.oldestProtected().ifPresent(time -> node.put("oldestProtected", time.toString()));
    node.put("rowsWithoutTime", report.rowsWithoutTime());
    report.warnings().forEach(node.putArray("warnings")::add);
    report.error().ifPresent(error -> node.put("error", error));
  }

  private static DatasetRetention parse(String dataset, JsonNode node) {
    return new DatasetRetention(
        dataset,
        new TreeSet<>(texts(node.path("timeColumns"))),
        Optional.empty(),
        0,
        node.path("rowsProtected").asLong(),
        node.path("oldestProtected").isTextual()
            ? Optional.of(Instant.parse(node.path("oldestProtected").asText()))
            : Optional.empty(),
        node.path("rowsWithoutTime").asLong(),
        texts(node.path("warnings")),
        Optional.ofNullable(node.path("error").textValue()));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
