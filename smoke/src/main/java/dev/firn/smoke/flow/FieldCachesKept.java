package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Real caches, the ones that came with Firn or somebody's own, are maintained as far as they go.
 */
final class FieldCachesKept {
  static final Flow FLOW =
      new Flow(
          "field_caches",
          "Caches that another program wrote are maintained, forced: every row stays, and what is"
              + " damaged is named and left alone. With --root, a copy of that cache.",
          FieldCachesKept::run);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNREADABLE = 3;

  private FieldCachesKept() {}

  private static void run(Stage stage) throws IOException {
    if (stage.original().isPresent()) {
      keepsEveryRow(stage, stage.root());
      return;
    }
    for (String name : FieldCaches.names()) {
      Path root = FieldCaches.unpack(name, stage.nothing());
      keepsEveryRow(stage, root);
      JsonNode expected = JSON.readTree(FieldCaches.expectedJson(name));
      stage.require(expected.isObject(), "what is expected of " + name);
      Map<String, List<String>> truth = RowMeaning.parse(FieldCaches.rowLines(name));
      Map<String, JsonNode> status = stage.status(root);
      // Of a partition in doubt Firn reads nothing, and says so.
      unreadable(status).forEach(truth::remove);
      stage.same("the rows of " + name, rows(stage, root, status), truth);
    }
  }

  /** A forced pass over everything: rows by partition are the same before and after. */
  private static void keepsEveryRow(Stage stage, Path root) throws IOException {
    Map<String, JsonNode> before = stage.status(root);
    TreeSet<String> unreadable = unreadable(before);
    Map<String, List<String>> rows = rows(stage, root, before);
    int expected = unreadable.isEmpty() ? 0 : UNREADABLE;
    stage.firn(root, "query", "maintain", "--force").exits(expected);
    Map<String, JsonNode> after = stage.status(root);
    stage.same("partitions that are unreadable", unreadable(after), unreadable);
    stage.same("the rows after a forced pass", rows(stage, root, after), rows);
    before.forEach(
        (path, partition) ->
            stage.same(
                "rows of " + path + " in status",
                after.getOrDefault(path, MissingNode.getInstance()).path("rows"),
                partition.path("rows")));
    stage.require(
        files(after) <= files(before), "no more files than before, found " + files(after));
  }

  private static TreeSet<String> unreadable(Map<String, JsonNode> status) {
    TreeSet<String> paths = new TreeSet<>();
    status.forEach(
        (path, partition) -> {
          if (partition.path("state").asText().equals("unreadable")) {
            paths.add(path);
          }
        });
    return paths;
  }

  private static long files(Map<String, JsonNode> status) {
    return status.values().stream().mapToLong(p -> p.path("dataFiles").asLong()).sum();
  }

  /** The rows of each partition that can be read, by what they mean. */
  private static Map<String, List<String>> rows(
      Stage stage, Path root, Map<String, JsonNode> status) throws IOException {
    TreeSet<String> unreadable = unreadable(status);
    TreeSet<String> datasets = new TreeSet<>();
    status.values().forEach(partition -> datasets.add(partition.path("dataset").asText()));
    List<String> lines = new ArrayList<>();
    for (String dataset : datasets) {
      boolean whole =
          status.values().stream()
              .filter(partition -> partition.path("dataset").asText().equals(dataset))
              .noneMatch(partition -> unreadable.contains(partition.path("path").asText()));
      lines.addAll(
          stage
              .firn(root, "query", "rows", dataset, "--with-partition")
              .exits(whole ? 0 : UNREADABLE)
              .out());
    }
    Map<String, List<String>> rows = new TreeMap<>(RowMeaning.parse(lines));
    status.forEach(
        (path, partition) -> {
          if (!unreadable.contains(path)) {
            List<String> found = rows.getOrDefault(path, List.of());
            stage.same("rows of " + path, (long) found.size(), partition.path("rows").asLong());
          }
        });
    return rows;
  }
}
