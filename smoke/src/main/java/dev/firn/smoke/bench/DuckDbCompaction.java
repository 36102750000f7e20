package dev.firn.smoke.bench;

import dev.firn.smoke.shape.FieldPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Collectors;

/** DuckDB's {@code COPY} of the same files to one, with zstd and two threads. It syncs nothing. */
final class DuckDbCompaction implements Job {
  private final Path source;
  private final Path output;

  DuckDbCompaction(Path source, Path work) {
    this.source = source;
    this.output = work.resolve("duckdb.parquet");
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Files.deleteIfExists(output);
    String inputs =
        Trees.files(FieldPartition.data(source)).stream()
            .map(file -> "'" + file + "'")
            .collect(Collectors.joining(",", "[", "]"));
    Map<String, Double> figures =
        Timed.run(
            () -> {
              try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                  Statement statement = connection.createStatement()) {
                statement.execute("SET threads = 2");
                statement.execute(
                    "COPY (SELECT * FROM read_parquet("
                        + inputs
                        + ")) TO '"
                        + output
                        + "' (FORMAT parquet, COMPRESSION zstd)");
              }
            });
    figures.put(FirnCompaction.BYTES, (double) Files.size(output));
    Files.delete(output);
    return figures;
  }
}
