package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A cache of one partition for which a pass has everything to do: an exchange is held, files have
 * landed and are not published, small files are to be rewritten and one to be carried over, a
 * retired generation and litter are to be removed.
 */
final class CutCaches {
  /** All that there is to do, the removal of what is superseded by this very pass as well. */
  static final PassOptions EVERYTHING =
      new PassOptions(List.of(), false, true, Steps.ALL, Optional.empty(), false, true);

  /** The exchange that is held. */
  private static final String HELD = "held";

  private CutCaches() {}

  /**
   * @param book notes what is appended, but for what is held
   */
  static Path create(Path root, Appends book) throws IOException {
    Disk disk = new RecordingDisk();
    try (Cache cache = Appends.open(disk, root)) {
      book.append(cache, "one");
      book.append(cache, "two");
    }
    new Passes(disk, root).forced();
    Cache cache = Appends.open(disk, root);
    book.append(cache, "three");
    cache.publish();
    book.append(cache, "four");
    appendFive(disk, root);
    book.acknowledge("five", 1);
    Path partition = root.resolve(Appends.PARTITION);
    Path cursor = partition.resolve(PartitionFiles.CURSOR);
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    new Appends().append(Appends.open(disk, root), HELD);
    Files.write(cursor, valid);
    Path litter =
        Files.createDirectories(
                partition.resolve(".building-table-9-" + UUID.randomUUID() + "/data"))
            .getParent();
    Files.writeString(litter.resolve("data/rewritten-1.parquet"), "litter");
    return root;
  }

  private static void appendFive(Disk disk, Path root) throws IOException {
    byte[] five = Appends.exchange("five", 1).getBytes(StandardCharsets.UTF_8);
    Cache cache = Cache.open(disk, root, () -> Passes.START, Appends.OPTIONS);
    try {
      Appends.writer(cache).append(JsonExchange.parse(five, 0, five.length), "given");
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  /** Repeats, within its window, the one exchange that came with an id: nothing may land. */
  static void repeat(Disk disk, Path root) throws IOException {
    appendFive(disk, root);
  }

  /** What has landed, and what is held as well. */
  static Appends withHeld(Appends book) {
    Appends all = new Appends(book);
    all.acknowledge(HELD, 2);
    return all;
  }

  /** Fails unless all that was appended is there, what is held perhaps. */
  static void requireRows(Disk disk, Path root, Appends book, String when) throws IOException {
    boolean recovered = Appends.keys(disk, root).contains(HELD + "/0");
    (recovered ? withHeld(book) : book).requireIn(disk, root, when);
  }

  /** What a check finds, but for the one thing that a cut right after a swap may leave. */
  static List<String> trouble(Disk disk, Path root) throws IOException {
    List<String> trouble = new ArrayList<>(Verifies.trouble(Verifies.quick(disk, root)));
    trouble.removeIf(found -> found.endsWith("and not marked yet, grace runs from now"));
    return trouble;
  }

  static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }

  static void remove(Path root) throws IOException {
    List<Path> all;
    try (Stream<Path> paths = Files.walk(root)) {
      all = new ArrayList<>(paths.toList());
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      Files.delete(all.get(i));
    }
  }
}
