package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a flow takes place: directories of its own, the command, and the checks.
 *
 * <p>A flow that works on any cache takes {@link #root}: a copy of the one that was named, or a
 * place where nothing is yet. It keeps to datasets of its own names there.
 */
final class Stage implements AutoCloseable {
  private final FirnCommand firn;
  private final Path work;
  private final Optional<Path> original;
  private final List<Started> started = new ArrayList<>();
  private int places;

  /**
   * @param work an empty directory
   * @param original a cache to work on a copy of
   */
  Stage(FirnCommand firn, Path work, Optional<Path> original) {
    this.firn = firn;
    this.work = work;
    this.original = original;
  }

  /** The cache that was named, not to be touched; empty if none was. */
  Optional<Path> original() {
    return original;
  }

  /** A copy of the cache that was named, or a place where nothing is yet. */
  Path root() throws IOException {
    Path root = nothing();
    if (original.isPresent()) {
      Trees.copy(original.get(), root);
    }
    return root;
  }

  /** A place where nothing is yet. */
  Path nothing() {
    places++;
    return work.resolve("cache-" + places);
  }

  /** Runs the command to its end. */
  Ran firn(Path root, String... arguments) throws IOException {
    return start(root, List.of(), arguments).ended();
  }

  /** Runs the command to its end with these lines as its input. */
  Ran pipe(List<String> lines, Path root, String... arguments) throws IOException {
    return start(root, lines, arguments).ended();
  }

  /** Starts the command. */
  Started start(Path root, List<String> input, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(firn.executable().toString(), "--root", root.toString()));
    command.addAll(List.of(arguments));
    String shown = "firn --root " + root + " " + String.join(" ", arguments);
    Started process = Started.start(shown, command, input, work);
    started.add(process);
    return process;
  }

  /** Ends what a flow that failed has left running. */
  @Override
  public void close() {
    for (Started process : started) {
      if (process.isRunning()) {
        process.kill();
        process.ended();
      }
    }
  }

  /** What {@code query status} says of each partition, by path; not of the journal of passes. */
  Map<String, JsonNode> status(Path root) throws IOException {
    Ran ran = firn(root, "query", "status", "--json");
    Map<String, JsonNode> partitions = new TreeMap<>();
    for (JsonNode partition : ran.json().path("partitions")) {
      String path = partition.path("path").asText();
      if (path.startsWith("datasets/")) {
        partitions.put(path, partition);
      }
    }
    return partitions;
  }

  /** What a JSON report says of the only partition of a dataset. */
  static JsonNode partition(Ran ran, String dataset) {
    @Nullable JsonNode found = null;
    for (JsonNode partition : ran.json().path("partitions")) {
      if (partition.path("dataset").asText().equals(dataset)) {
        if (found != null) {
          throw ran.failure("expected one partition of " + dataset);
        }
        found = partition;
      }
    }
    if (found == null) {
      throw ran.failure("expected a partition of " + dataset);
    }
    return found;
  }

  /** Live rows of a dataset as they are printed, sorted. */
  List<String> rows(Path root, String dataset) throws IOException {
    return firn(root, "query", "rows", dataset).exits(0).out().stream().sorted().toList();
  }

  void require(boolean condition, String what) {
    if (!condition) {
      throw new FlowFailure("expected " + what);
    }
  }

  void same(String what, Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      throw new FlowFailure(
          "expected " + what + " " + shortened(expected) + ", found " + shortened(found));
    }
  }

  private static String shortened(Object value) {
    String text = String.valueOf(value);
    return text.length() <= 1000 ? text : text.substring(0, 1000) + "… (" + text.length() + ")";
  }

  /** Names of the generations in a partition that are not superseded. */
  static List<String> liveNames(Path partition) throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : Trees.names(partition)) {
      if (name.matches("table(-[0-9]+)?") && !Files.exists(partition.resolve(name + "/.retired"))) {
        names.add(name);
      }
    }
    return names;
  }
}
