package dev.firn.smoke;

import dev.firn.smoke.command.FirnCommand;
import dev.firn.smoke.command.FirnCommand.Result;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The main job on real data, for someone who sees Firn for the first time: a fragmented cache that
 * another program wrote is maintained, and every row is compared with what that program says is in
 * it.
 */
final class Demo {
  private static final String CACHE = "source-table-fresh";
  private static final List<String> DATASETS = List.of("ai_gateway_messages", "otel_events");

  private final FirnCommand firn;
  private final PrintStream out;

  Demo(FirnCommand firn, PrintStream out) {
    this.firn = firn;
    this.out = out;
  }

  /** What is on the disk. */
  private record Size(long files, long bytes) {}

  /**
   * @param directory where the cache is unpacked; it stays there
   * @return whether every row was there before and after
   */
  boolean run(Path directory) throws IOException {
    Path root = FieldCaches.unpack(CACHE, directory);
    out.printf(
        "A cache that another program wrote, one small file for each exchange:%n  %s%n", root);
    show(root, "query", "status");
    Map<String, List<String>> before = rows(root);
    Size sizeBefore = liveSize(root);

    show(root, "query", "maintain");
    show(root, "query", "status");
    Map<String, List<String>> after = rows(root);
    Size sizeAfter = liveSize(root);

    Map<String, List<String>> truth = RowMeaning.parse(FieldCaches.rowLines(CACHE));
    long count = truth.values().stream().mapToLong(List::size).sum();
    out.printf(
        "%nLive data: %d files of %,d bytes before, %d files of %,d bytes after.%n",
        sizeBefore.files(), sizeBefore.bytes(), sizeAfter.files(), sizeAfter.bytes());
    boolean equal = before.equals(truth) && after.equals(truth);
    out.printf(
        equal
            ? "All %d rows, column by column, are what the program that wrote them says: before and after.%n"
            : "THE ROWS DIFFER from the %d that the program which wrote them says.%n",
        count);
    return equal && sizeAfter.files() < sizeBefore.files();
  }

  private void show(Path root, String... command) throws IOException {
    Result result = firn(root, command);
    out.printf("%n$ firn %s%n", String.join(" ", command));
    result.out().forEach(line -> out.println("  " + line));
  }

  private Map<String, List<String>> rows(Path root) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String dataset : DATASETS) {
      lines.addAll(firn(root, "query", "rows", dataset, "--with-partition").out());
    }
    return RowMeaning.parse(lines);
  }

  private Result firn(Path root, String... command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--root", root.toString()));
    arguments.addAll(List.of(command));
    Result result = firn.run(arguments.toArray(String[]::new));
    if (result.exitCode() != 0) {
      throw new IOException(
          "firn "
              + String.join(" ", command)
              + " ended with "
              + result.exitCode()
              + ": "
              + result.err());
    }
    return result;
  }

  /** Data files of generations that are not retired. */
  private static Size liveSize(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root.resolve("datasets"))) {
      List<Path> files =
          paths
              .filter(path -> path.toString().endsWith(".parquet"))
              .filter(path -> !Files.exists(path.resolve("../../.retired").normalize()))
              .toList();
      return new Size(files.size(), files.stream().mapToLong(path -> path.toFile().length()).sum());
    }
  }
}
