package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The power button, as far as a process can have one: kill -9 in the middle of a compaction. */
final class MaintenanceCrashRecovery {
  static final Flow FLOW =
      new Flow(
          "maintenance_crash_recovery",
          "A compaction is killed while it writes: no row is lost or twice, and the next pass"
              + " finishes the work.",
          MaintenanceCrashRecovery::run);

  private static final String DATASET = "firn_smoke_crash";
  private static final int EXCHANGES = 40;
  private static final int ATTEMPTS = 8;
  private static final long LOOK_NANOS = 500_000;

  private MaintenanceCrashRecovery() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    List<String> rows = new ArrayList<>();
    boolean killed = false;
    for (int attempt = 0; attempt < ATTEMPTS && !killed; attempt++) {
      List<String> more = Records.jobs("job" + attempt, EXCHANGES);
      rows.addAll(more);
      stage.pipe(more, root, "append", DATASET, "--batch", "1").exits(0);
      killed = killWhileItBuilds(stage, root, partition);
    }
    stage.require(killed, "to meet a compaction at work in " + ATTEMPTS + " attempts");
    Collections.sort(rows);
    stage.same("the rows read after the kill", stage.rows(root, DATASET), rows);

    JsonNode next =
        Stage.partition(stage.firn(root, "query", "maintain", DATASET, "--json").exits(0), DATASET);
    stage.same("the outcome of the next pass", next.path("outcome").asText(), "compacted");
    stage.same("rows after it", next.path("rowsAfter").asInt(), rows.size());
    stage.same("the rows read after it", stage.rows(root, DATASET), rows);
    stage.firn(root, "query", "verify", DATASET, "--full").exits(0);
  }

  /** True if the process died with a generation half built. */
  private static boolean killWhileItBuilds(Stage stage, Path root, Path partition)
      throws IOException {
    Started pass = stage.start(root, List.of(), "query", "maintain", DATASET);
    while (pass.isRunning() && !isBuilding(partition)) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    pass.kill();
    pass.ended();
    return isBuilding(partition);
  }

  private static boolean isBuilding(Path partition) throws IOException {
    return Trees.names(partition).stream().anyMatch(name -> name.startsWith(".building-"));
  }
}
