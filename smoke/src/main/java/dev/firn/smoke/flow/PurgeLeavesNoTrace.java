package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Somebody asks that what is known of them be removed. */
final class PurgeLeavesNoTrace {
  static final Flow FLOW =
      new Flow(
          "purge_leaves_no_trace",
          "Rows of one client are removed for good: from what is live, what is superseded and what is"
              + " not yet published; no file holds them afterwards, and all others are there.",
          PurgeLeavesNoTrace::run);

  private static final String DATASET = "firn_smoke_purge";
  private static final String CONDITION = "client = 'forgetful'";

  private PurgeLeavesNoTrace() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<String> kept = clients("loyal", 20);
    List<String> before = new ArrayList<>(kept);
    before.addAll(clients("forgetful", 10));
    stage.pipe(before, root, "append", DATASET, "--batch", "6").exits(0);
    stage.firn(root, "query", "maintain", DATASET, "--force").exits(0);
    stage.pipe(clients("forgetful", 3), root, "append", DATASET).exits(0);
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    stage.require(holding(partition) > 1, "to find the client in several files before");

    stage
        .firn(root, "query", "purge", DATASET, "--where", CONDITION)
        .says("13 live rows would be removed");
    stage.require(holding(partition) > 1, "counting to remove nothing");
    stage.firn(root, "query", "purge", DATASET, "--where", CONDITION, "--apply").exits(0);

    stage.same("files that hold the client", holding(partition), 0L);
    stage.same("the rows that stay", stage.rows(root, DATASET), kept);
    stage.firn(root, "query", "verify", DATASET).exits(0);
  }

  private static List<String> clients(String client, int count) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add("{\"client\":\"%s\",\"message\":\"number %02d\"}".formatted(client, i));
    }
    return rows;
  }

  /** Parquet files at or below a directory, of whatever generation, with rows of the client. */
  private static long holding(Path directory) throws IOException {
    long files = 0;
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (path.toString().endsWith(".parquet")
            && !ForeignEngine.query(path, "client", CONDITION).isEmpty()) {
          files++;
        }
      }
    }
    return files;
  }
}
