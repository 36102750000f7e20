package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The one mutable file of a partition is cut in the middle, by whatever. */
final class CorruptCursorPreserved {
  static final Flow FLOW =
      new Flow(
          "corrupt_cursor_preserved",
          "A cursor is cut in the middle: nothing in the partition is touched, appends are held,"
              + " every command says so, and repair brings all of it back.",
          CorruptCursorPreserved::run);

  private static final String DATASET = "firn_smoke_cursor";
  private static final int UNREADABLE = 3;

  private CorruptCursorPreserved() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    List<String> rows = new ArrayList<>(Records.jobs("before", 5));
    stage.pipe(rows, root, "append", DATASET, "--batch", "1").exits(0);
    stage.firn(root, "query", "maintain", DATASET, "--force").exits(0);

    Path cursor = partition.resolve("cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.write(cursor, Arrays.copyOf(whole, whole.length / 2));
    Map<String, String> damaged = Trees.listing(partition);

    JsonNode pass =
        Stage.partition(
            stage.firn(root, "query", "maintain", DATASET, "--force", "--json").exits(UNREADABLE),
            DATASET);
    stage.same("the outcome of a pass", pass.path("outcome").asText(), "unreadable");
    JsonNode status =
        Stage.partition(
            stage.firn(root, "query", "status", DATASET, "--json").exits(UNREADABLE), DATASET);
    stage.same("the state", status.path("state").asText(), "unreadable");
    stage.require(status.path("repairHint").asText().contains("repair"), "a hint to repair");
    stage.firn(root, "query", "rows", DATASET).exits(UNREADABLE);
    stage
        .pipe(Records.jobs("while", 1), root, "append", DATASET)
        .exits(UNREADABLE)
        .says("is held in held/");
    rows.addAll(Records.jobs("while", 1));
    stage.same(
        "what changed in the partition",
        Trees.differences(damaged, Trees.listing(partition)),
        List.of());

    stage.firn(root, "query", "repair", "--apply").says(DATASET);
    stage.firn(root, "query", "maintain", DATASET).exits(0);
    stage.same("the rows read in the end", stage.rows(root, DATASET), rows);
    stage.firn(root, "query", "verify", DATASET).exits(0);
  }
}
