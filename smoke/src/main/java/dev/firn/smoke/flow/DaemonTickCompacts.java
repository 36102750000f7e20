package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A daemon is left alone with a partition that fills up. */
final class DaemonTickCompacts {
  static final Flow FLOW =
      new Flow(
          "daemon_tick_compacts",
          "A daemon takes exchanges one by one, compacts what piles up without being told, and ends"
              + " politely with every row there.",
          DaemonTickCompacts::run);

  private static final String DATASET = "firn_smoke_tick";
  private static final int EXCHANGES = 40;
  private static final int HEARD = 202;
  private static final int UNDER_WAY = 409;

  private DaemonTickCompacts() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    Files.createDirectories(root);
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    List<String> rows = new ArrayList<>(Records.jobs("job", EXCHANGES));
    try (RunningDaemon daemon = RunningDaemon.start(stage, root)) {
      stage.same("the health of the daemon", daemon.get("/healthz").statusCode(), 200);
      for (String row : rows) {
        daemon.append(DATASET, row);
      }
      // One that nobody asked for may be under way.
      RunningDaemon.await("an ask for a pass to be heard", () -> isHeard(daemon));
      RunningDaemon.await(
          "a tick to compact " + partition,
          () -> Files.exists(partition.resolve("table/.retired")));
      stage.same("the rows read beside the daemon", stage.rows(root, DATASET), rows);
      daemon.stop().exits(0);
    }
    JsonNode status =
        Stage.partition(stage.firn(root, "query", "status", DATASET, "--json").exits(0), DATASET);
    stage.same("rows in the end", status.path("rows").asInt(), EXCHANGES);
    stage.require(status.path("dataFiles").asInt() < EXCHANGES, "fewer files than exchanges");
    stage.firn(root, "query", "verify", DATASET).exits(0);
  }

  private static boolean isHeard(RunningDaemon daemon) {
    HttpResponse<String> answer = daemon.post("/v1/maintain", "");
    if (answer.statusCode() != HEARD && answer.statusCode() != UNDER_WAY) {
      throw new FlowFailure(
          "expected a pass to begin, found " + answer.statusCode() + " " + answer.body());
    }
    return answer.statusCode() == HEARD;
  }
}
