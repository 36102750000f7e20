package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A gateway appends while two operators maintain the same partition. */
final class TwoProcessesRace {
  static final Flow FLOW =
      new Flow(
          "two_processes_race",
          "Two passes and two appends run at once on one partition: each ends well or says who is"
              + " before it, and every row is there once.",
          TwoProcessesRace::run);

  private static final String DATASET = "firn_smoke_race";
  private static final int ROUNDS = 2;
  private static final int ROWS = 60;
  private static final int HELD = 4;

  private TwoProcessesRace() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<String> sent = new ArrayList<>(Records.jobs("first", ROWS));
    stage.pipe(sent, root, "append", DATASET, "--batch", "5").exits(0);
    for (int round = 0; round < ROUNDS; round++) {
      List<Started> appends = new ArrayList<>();
      List<Started> passes = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        List<String> lines = Records.jobs("round" + round + "-" + i, ROWS);
        sent.addAll(lines);
        passes.add(stage.start(root, List.of(), "query", "maintain", DATASET, "--force"));
        appends.add(stage.start(root, lines, "append", DATASET, "--batch", "5"));
      }
      for (Started append : appends) {
        append.ended().exits(0);
      }
      for (Started pass : passes) {
        Ran ran = pass.ended();
        if (ran.exitCode() == HELD) {
          ran.says("held by");
        } else if (ran.exitCode() != 1) {
          ran.exits(0); // 1: the partition changed under it, and the next pass plans anew
        }
      }
    }
    Collections.sort(sent);
    stage.same("the rows read", stage.rows(root, DATASET), sent);
    stage.firn(root, "query", "maintain", DATASET, "--force").exits(0);
    stage.same("the rows read after a last pass", stage.rows(root, DATASET), sent);
    stage.firn(root, "query", "verify", DATASET, "--full").exits(0);
  }
}
