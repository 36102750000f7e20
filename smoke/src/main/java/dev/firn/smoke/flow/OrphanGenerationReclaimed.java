package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a killed compaction left goes; what may be somebody's stays. */
final class OrphanGenerationReclaimed {
  static final Flow FLOW =
      new Flow(
          "orphan_generation_reclaimed",
          "A generation that was never live and has not changed for hours is removed; a young one,"
              + " a retired one within its grace, and somebody's own files stay.",
          OrphanGenerationReclaimed::run);

  private static final String DATASET = "firn_smoke_orphan";

  private OrphanGenerationReclaimed() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    List<String> rows = Records.jobs("job", 4);
    stage.pipe(rows, root, "append", DATASET, "--batch", "1").exits(0);
    stage.firn(root, "query", "maintain", DATASET, "--force").exits(0);
    Path old = orphan(partition.resolve("table-90"), Duration.ofHours(3));
    Path young = orphan(partition.resolve("table-91"), Duration.ofMinutes(5));
    Path mine = orphan(partition.resolve("table-90.bak"), Duration.ofDays(30));
    Path retired = partition.resolve("table");

    Ran dry = stage.firn(root, "query", "maintain", DATASET, "--dry-run", "--json").exits(0);
    stage.same("what a dry run would remove", removed(dry), List.of(relative(root, old)));
    stage.require(Files.exists(old), "a dry run to remove nothing");

    Ran pass = stage.firn(root, "query", "maintain", DATASET, "--json").exits(0);
    stage.same("what a pass removed", removed(pass), List.of(relative(root, old)));
    stage.require(!Files.exists(old), old + " to have gone");
    for (Path kept : List.of(young, mine, retired)) {
      stage.require(Files.exists(kept), kept + " to stay");
    }
    stage.same("the rows read", stage.rows(root, DATASET), rows);
    stage.firn(root, "query", "verify", DATASET).exits(0);
  }

  private static Path orphan(Path directory, Duration age) throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.writeString(data.resolve("half.parquet"), "PAR1 and no more");
    FileTime time = FileTime.from(Instant.now().minus(age));
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.setLastModifiedTime(path, time);
      }
    }
    return directory;
  }

  private static List<String> removed(Ran pass) {
    List<String> paths = new ArrayList<>();
    for (JsonNode removed : pass.json().path("removed")) {
      paths.add(removed.path("path").asText());
    }
    return paths;
  }

  private static String relative(Path root, Path path) {
    return root.relativize(path).toString();
  }
}
