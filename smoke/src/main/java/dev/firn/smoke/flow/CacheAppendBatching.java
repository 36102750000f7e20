package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Several programs append to one partition at the same time. */
final class CacheAppendBatching {
  static final Flow FLOW =
      new Flow(
          "cache_append_batching",
          "Many producers append to one partition at once: every row is there once, in few files,"
              + " and in one after a pass.",
          CacheAppendBatching::run);

  private static final String DATASET = "firn_smoke_batching";
  private static final int PRODUCERS = 3;
  private static final int ROWS = 400;
  private static final int BATCH = 100;

  private CacheAppendBatching() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<Started> producers = new ArrayList<>();
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < PRODUCERS; i++) {
      List<String> lines = Records.jobs("producer" + i, ROWS);
      sent.addAll(lines);
      producers.add(
          stage.start(root, lines, "append", DATASET, "--batch", String.valueOf(BATCH), "--json"));
    }
    for (Started producer : producers) {
      JsonNode receipt = producer.ended().exits(0).json();
      stage.same("rows of a producer", receipt.path("rows").asInt(), ROWS);
      stage.same("its exchanges", receipt.path("exchanges").asInt(), ROWS / BATCH);
    }
    Collections.sort(sent);
    stage.same("the rows read", stage.rows(root, DATASET), sent);
    JsonNode status = only(stage, root);
    stage.require(
        status.path("dataFiles").asInt() + status.path("unpublished").asInt()
            <= PRODUCERS * ROWS / BATCH,
        "a file for an exchange at most, found " + status);

    Ran pass = stage.firn(root, "query", "maintain", DATASET, "--force", "--json").exits(0);
    stage.same(
        "data files after a pass",
        Stage.partition(pass, DATASET).path("dataFilesAfter").asInt(),
        1);
    stage.same("the rows read after a pass", stage.rows(root, DATASET), sent);
  }

  private static JsonNode only(Stage stage, Path root) throws IOException {
    return Stage.partition(
        stage.firn(root, "query", "status", DATASET, "--json").exits(0), DATASET);
  }
}
