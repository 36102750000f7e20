package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An operator looks at a cache in which several things are broken, each in its own way. */
final class StatusDiagnostics {
  static final Flow FLOW =
      new Flow(
          "status_diagnostics",
          "Healthy and broken partitions are told apart, each broken one with what is wrong and what"
              + " to do, and what needs attention comes first.",
          StatusDiagnostics::run);

  private static final String DATASET = "firn_smoke_diagnostics";
  private static final int UNREADABLE = 3;

  private interface Damage {
    void inflict(Path partition) throws IOException;
  }

  private StatusDiagnostics() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    Path dataset = root.resolve("datasets").resolve(DATASET);
    Path healthy = dataset.resolve("source=healthy");
    stage.pipe(Records.jobs("job", 2), root, "append", DATASET, "--source", "healthy").exits(0);
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put("cursor-cut", p -> Files.writeString(p.resolve("cursor.json"), "{\"layout\":"));
    damages.put("cursor-gone", p -> Files.delete(p.resolve("cursor.json")));
    damages.put(
        "cursor-newer", p -> Files.writeString(p.resolve("cursor.json"), "{\"version\":99}"));
    damages.put("generation-gone", p -> Trees.remove(p.resolve("table")));
    damages.put("metadata-cut", StatusDiagnostics::cutNewestMetadata);
    damages.put(
        "conflict",
        p -> Files.writeString(p.resolve("table/.retired"), "2026-01-01T00:00:00.000Z"));
    for (Map.Entry<String, Damage> damage : damages.entrySet()) {
      Path partition = dataset.resolve("source=" + damage.getKey());
      Trees.copy(healthy, partition);
      damage.getValue().inflict(partition);
    }
    Map<String, String> before = Trees.listing(dataset);

    Ran status = stage.firn(root, "query", "status", DATASET, "--json").exits(UNREADABLE);
    int seen = 0;
    for (JsonNode partition : status.json().path("partitions")) {
      String source = partition.path("partition").path("source").asText();
      boolean broken = damages.containsKey(source);
      stage.same(source, partition.path("state").asText(), broken ? "unreadable" : "live");
      stage.same("a problem of " + source, !partition.path("problem").isNull(), broken);
      stage.same("a hint for " + source, !partition.path("repairHint").isNull(), broken);
      seen++;
    }
    stage.same("partitions in status", seen, damages.size() + 1);
    List<String> text = stage.firn(root, "query", "status", DATASET).exits(UNREADABLE).out();
    stage.require(
        !text.isEmpty() && text.get(0).startsWith(damages.size() + " partitions need attention"),
        "what needs attention first, found " + text);
    stage.firn(root, "query", "maintain", DATASET).exits(UNREADABLE);
    stage.same(
        "what status and a pass changed beside locks",
        Trees.differences(before, Trees.listing(dataset)).stream()
            .filter(line -> !line.startsWith("source=healthy"))
            .toList(),
        List.of());
  }

  private static void cutNewestMetadata(Path partition) throws IOException {
    Path metadata = partition.resolve("table/metadata");
    int newest = 0;
    for (String name : Trees.names(metadata)) {
      if (name.matches("v[0-9]+\\.metadata\\.json")) {
        newest = Math.max(newest, Integer.parseInt(name.substring(1, name.indexOf('.'))));
      }
    }
    Path file = metadata.resolve("v" + newest + ".metadata.json");
    Files.writeString(file, Files.readString(file).substring(0, 100));
  }
}
