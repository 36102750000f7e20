package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Somebody has installed Firn, has no cache yet, and tries the commands. */
final class CoreBootNoop {
  static final Flow FLOW =
      new Flow(
          "core_boot_noop",
          "There is no cache yet: every command behaves, and none makes one.",
          CoreBootNoop::run);

  private CoreBootNoop() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.nothing();
    for (String command : List.of("status", "maintain", "verify", "explain", "repair")) {
      stage.require(
          stage.firn(root, "query", command, "--json").exits(0).json().isObject(),
          "an object from query " + command);
      stage.require(!Files.exists(root), "no cache to be there after query " + command);
    }
    stage.firn(root, "query", "status").exits(0).says("nothing in");
    stage.firn(root, "query", "rows", "jobs").exits(2).says("there is no cache");
    stage.pipe(List.of(), root, "append", "jobs").exits(0);
    stage.firn(root, "query", "statsu").exits(2).says("status");
    stage.require(!Files.exists(root), "no cache to be there in the end");
  }
}
