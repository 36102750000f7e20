package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** An operator says how long rows stay, and the cache stays within that. */
final class RetentionBoundsTheCache {
  static final Flow FLOW =
      new Flow(
          "retention_bounds_the_cache",
          "Rows older than configured go, and those beyond a number of rows; what is protected and"
              + " what is young stays, and every drop is counted.",
          RetentionBoundsTheCache::run);

  private static final String AGED = "firn_smoke_aged";
  private static final String COUNTED = "firn_smoke_counted";
  private static final int LIMIT = 40;

  private RetentionBoundsTheCache() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<String> young = aged("young", Duration.ofDays(1), "done");
    List<String> running = aged("running", Duration.ofDays(30), "running");
    List<String> old = aged("old", Duration.ofDays(30), "done");
    List<String> rows = new ArrayList<>(old);
    rows.addAll(running);
    rows.addAll(young);
    stage.pipe(rows, root, "append", AGED, "--batch", "5").exits(0);
    List<String> counted = Records.jobs("job", 100);
    stage.pipe(counted, root, "append", COUNTED, "--batch", "20").exits(0);
    Path config = stage.nothing();
    Files.writeString(
        config,
        """
        { "query": { "cache": {
            "datasets": { "%s": { "timestamp_column": "at" } },
            "retention": { "datasets": {
              "%s": { "days": 7, "protect": "state = 'running'" },
              "%s": { "max_rows": %d } } } } } }
        """
            .formatted(AGED, AGED, COUNTED, LIMIT));

    Ran pass =
        stage
            .firn(
                root,
                "--config",
                config.toString(),
                "query",
                "maintain",
                AGED,
                COUNTED,
                "--force",
                "--json")
            .exits(0);
    JsonNode dropped = Stage.partition(pass, AGED).path("dropped");
    stage.same("rows dropped by age", dropped.path("expired").asInt(), old.size());
    List<String> kept = new ArrayList<>(running);
    kept.addAll(young);
    stage.same("the rows that stay", sorted(stage.rows(root, AGED)), sorted(kept));
    List<String> left = stage.rows(root, COUNTED);
    stage.require(
        left.size() <= LIMIT,
        "at most " + LIMIT + " rows of " + COUNTED + ", found " + left.size());
    stage.require(left.contains(counted.get(counted.size() - 1)), "the youngest row of " + COUNTED);
    stage.firn(root, "query", "verify", AGED).exits(0);
  }

  private static List<String> aged(String prefix, Duration age, String state) {
    Instant at = Instant.now().minus(age).truncatedTo(ChronoUnit.MILLIS);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rows.add(
          "{\"job\":\"%s-%d\",\"state\":\"%s\",\"at\":\"%s\"}"
              .formatted(prefix, i, state, at.plusMillis(i)));
    }
    return rows;
  }

  /** Without times, which are printed in another precision than they were written. */
  private static List<String> sorted(List<String> rows) {
    return rows.stream().map(row -> row.replaceFirst(",\"at\":\"[^\"]*\"", "")).sorted().toList();
  }
}
