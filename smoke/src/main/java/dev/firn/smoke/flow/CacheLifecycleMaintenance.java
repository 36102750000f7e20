package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The life of a partition: it fills, it is looked at, it is compacted, it rests. */
final class CacheLifecycleMaintenance {
  static final Flow FLOW =
      new Flow(
          "cache_lifecycle_maintenance",
          "A partition fills up, status says that it is due, a dry run says what would be done and"
              + " changes nothing, a pass does that, and the next one lets it be.",
          CacheLifecycleMaintenance::run);

  private static final String DATASET = "firn_smoke_lifecycle";
  private static final int EXCHANGES = 36;

  private CacheLifecycleMaintenance() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<String> rows = Records.jobs("job", EXCHANGES);
    stage.pipe(rows, root, "append", DATASET, "--batch", "1").exits(0);
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    JsonNode before = status(stage, root);
    stage.same("rows in status", before.path("rows").asInt(), EXCHANGES);
    stage.same("data files in status", before.path("dataFiles").asInt(), EXCHANGES);
    stage.same("due in status", before.path("nextRun").path("due").asBoolean(), true);

    Map<String, String> untouched = Trees.listing(root);
    JsonNode plan =
        Stage.partition(
            stage.firn(root, "query", "maintain", DATASET, "--dry-run", "--json").exits(0),
            DATASET);
    stage.same("what a dry run would do", plan.path("outcome").asText(), "compacted");
    stage.same(
        "what a dry run changed", Trees.differences(untouched, Trees.listing(root)), List.of());

    JsonNode done =
        Stage.partition(stage.firn(root, "query", "maintain", DATASET, "--json").exits(0), DATASET);
    stage.same("the outcome", done.path("outcome").asText(), "compacted");
    stage.same("rows before", done.path("rowsBefore").asInt(), EXCHANGES);
    stage.same("rows after", done.path("rowsAfter").asInt(), EXCHANGES);
    stage.same("files after", done.path("dataFilesAfter").asInt(), 1);
    String live = done.path("generationAfter").asText();
    stage.same("generations that are live", Stage.liveNames(partition), List.of(live));
    stage.require(
        Files.readString(partition.resolve("cursor.json")).contains("\"" + live + "\""),
        "the cursor to name " + live);
    stage.require(
        Files.exists(partition.resolve("table/.retired")), "the old generation in its grace");

    JsonNode after = status(stage, root);
    stage.same("rows in status", after.path("rows").asInt(), EXCHANGES);
    stage.same("due in status", after.path("nextRun").path("due").asBoolean(), false);
    stage.require(after.path("retiredBytes").asLong() > 0, "the retired bytes in status");
    stage.same("the rows read", stage.rows(root, DATASET), rows);
    stage.same(
        "rows by SQL",
        stage
            .firn(
                root,
                "query",
                "sql",
                "SELECT state, count(*) AS n FROM " + DATASET + " GROUP BY 1 ORDER BY 1",
                "--format",
                "csv")
            .exits(0)
            .out(),
        List.of("state,n", "done,30", "failed,6"));
    JsonNode again =
        Stage.partition(stage.firn(root, "query", "maintain", DATASET, "--json").exits(0), DATASET);
    stage.same("the next pass", again.path("outcome").asText(), "skipped");
  }

  private static JsonNode status(Stage stage, Path root) throws IOException {
    return Stage.partition(
        stage.firn(root, "query", "status", DATASET, "--json").exits(0), DATASET);
  }
}
