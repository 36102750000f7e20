package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Retention was configured too tightly; somebody notices the next morning. */
final class RestoreUndoesAPass {
  static final Flow FLOW =
      new Flow(
          "restore_undoes_a_pass",
          "Rows that retention dropped come back by a restore, with all that was appended since.",
          RestoreUndoesAPass::run);

  private static final String DATASET = "firn_smoke_restore";

  private RestoreUndoesAPass() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<String> rows = new ArrayList<>(Records.jobs("job", 30));
    stage.pipe(rows, root, "append", DATASET, "--batch", "10").exits(0);
    Path config = stage.nothing();
    Files.writeString(
        config,
        "{\"query\":{\"cache\":{\"retention\":{\"datasets\":{\"%s\":{\"max_rows\":10}}}}}}"
            .formatted(DATASET));
    stage
        .firn(root, "--config", config.toString(), "query", "maintain", DATASET, "--force")
        .exits(0);
    stage.require(
        stage.rows(root, DATASET).size() <= 10, "at most 10 rows after too tight a retention");
    List<String> later = Records.jobs("later", 2);
    rows.addAll(later);
    stage.pipe(later, root, "append", DATASET).exits(0);

    stage.firn(root, "query", "restore", DATASET).says("--apply");
    stage.firn(root, "query", "restore", DATASET, "--apply").exits(0);
    Collections.sort(rows);
    stage.same("the rows after the restore", stage.rows(root, DATASET), rows);
    stage.firn(root, "query", "verify", DATASET).exits(0);
  }
}
