package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Somebody takes the rows elsewhere, and another engine reads them. */
final class LocalParquetExport {
  static final Flow FLOW =
      new Flow(
          "local_parquet_export",
          "An export in Parquet, CSV and JSON lines holds every row, published or not, and DuckDB"
              + " reads the Parquet files.",
          LocalParquetExport::run);

  private static final String DATASET = "firn_smoke_export";

  private LocalParquetExport() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    List<String> rows = new ArrayList<>();
    for (String source : List.of("east", "west")) {
      List<String> lines = Records.jobs(source, 30);
      rows.addAll(lines);
      stage.pipe(lines, root, "append", DATASET, "--source", source, "--batch", "10").exits(0);
    }
    Collections.sort(rows);
    for (String format : List.of("parquet", "jsonl", "csv")) {
      Path target = stage.nothing();
      stage.firn(root, "export", DATASET, "--to", target.toString(), "--format", format).exits(0);
      stage.same("rows exported as " + format, exported(target, format).size(), rows.size());
      if (format.equals("jsonl")) {
        stage.same("the rows exported", exported(target, format), rows);
      }
    }
    stage.same("the rows left in the cache", stage.rows(root, DATASET), rows);
  }

  private static List<String> exported(Path target, String format) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.walk(target)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (file.toString().endsWith(".parquet")) {
          rows.addAll(ForeignEngine.query(file, "job", "true"));
        } else if (file.toString().endsWith("." + format)) {
          List<String> lines = Files.readAllLines(file);
          rows.addAll(format.equals("csv") ? lines.subList(1, lines.size()) : lines);
        }
      }
    }
    Collections.sort(rows);
    return rows;
  }
}
