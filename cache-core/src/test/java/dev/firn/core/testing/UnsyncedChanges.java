package dev.firn.core.testing;

import dev.firn.core.testing.PowerLoss.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/**
 * What a power failure may take back: names made, moved and removed since their directory was
 * synced, and bytes since their file was. {@link #undo} takes back what a {@link PowerLoss} says.
 */
final class UnsyncedChanges {

  private interface Undo {
    void run() throws IOException;
  }

  /**
   * A change of names, durable once the directory of the new name is synced.
   *
   * @param directory stands for that directory, whatever it is called by then
   * @param names what was made, moved or removed
   */
  private record Change(Object directory, Set<Path> names, Undo undo) {}

  /** A new file by its second name, and how many of its bytes are durable. */
  private static final class Written {
    private final Path first;
    private final Path second;
    private long durableBytes;

    Written(Path first, Path second) {
      this.first = first;
      this.second = second;
    }
  }

  private final Path side;
  private final List<Change> changes = new ArrayList<>();
  private final List<Written> written = new ArrayList<>();
  private final List<Path[]> directoryRenames = new ArrayList<>();
  private final Map<Path, Object> directories = new HashMap<>();
  private int kept;

  UnsyncedChanges(Path side) {
    this.side = side;
  }

  void created(Path file) throws IOException {
    written.add(new Written(file, keep(file)));
    named(file);
  }

  void synced(Path file, long bytes) {
    written.stream()
            .filter(w -> w.first.equals(file))
            .reduce((older, newer) -> newer)
            .orElseThrow()
            .durableBytes =
        bytes;
  }

  void named(Path name) {
    add(
        name,
        Set.of(name),
        () -> {
          Path now = current(name);
          if (Files.exists(now, LinkOption.NOFOLLOW_LINKS)) {
            deleteTree(now);
          }
        });
  }

  /** Where a name is by now, if a directory above it was renamed. */
  private Path current(Path name) {
    Path now = name;
    for (Path[] rename : directoryRenames) {
      if (now.startsWith(rename[0]) && !Files.exists(now, LinkOption.NOFOLLOW_LINKS)) {
        now = rename[1].resolve(rename[0].relativize(now));
      }
    }
    return now;
  }

  void renaming(Path from, Path to) throws IOException {
    if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
      directoryRenames.add(new Path[] {from, to});
      for (Path below : List.copyOf(directories.keySet())) {
        if (below.startsWith(from)) {
          directories.put(
              to.resolve(from.relativize(below)),
              Objects.requireNonNull(directories.remove(below)));
        }
      }
    }
    boolean replaces = Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS);
    Path replaced = replaces ? keep(to) : to;
    add(
        to,
        Set.of(from, to),
        () -> {
          Path now = current(to);
          if (Files.exists(now, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(now, now.resolveSibling(from.getFileName()));
            if (replaces) {
              Files.createLink(now, replaced);
            }
          }
        });
  }

  void deleting(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      directories.remove(path);
      add(path, Set.of(path), () -> comeBack(path, Files::createDirectory));
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      Path copy = keep(path);
      add(path, Set.of(path), () -> comeBack(path, again -> Files.createLink(again, copy)));
    }
  }

  private interface Comeback {
    void as(Path name) throws IOException;
  }

  /** What was removed with its directory comes back only if that does. */
  private void comeBack(Path name, Comeback comeback) throws IOException {
    Path directory = current(name.getParent());
    Path again = directory.resolve(name.getFileName());
    if (Files.isDirectory(directory) && Files.notExists(again, LinkOption.NOFOLLOW_LINKS)) {
      comeback.as(again);
    }
  }

  private void add(Path name, Set<Path> names, Undo undo) {
    changes.add(new Change(identity(name.getParent()), names, undo));
  }

  private Object identity(Path directory) {
    return directories.computeIfAbsent(directory, d -> new Object());
  }

  void syncedDirectory(Path directory) {
    Object identity = identity(directory);
    changes.removeIf(change -> change.directory() == identity);
  }

  void undo(PowerLoss loss) throws IOException {
    Random random = loss.random();
    List<Change> undone = new ArrayList<>();
    Set<Path> names = new HashSet<>();
    for (Change change : changes) {
      if (loss.undoes(random) || change.names().stream().anyMatch(names::contains)) {
        undone.add(change);
        names.addAll(change.names());
      }
    }
    for (int i = undone.size() - 1; i >= 0; i--) {
      undone.get(i).undo().run();
    }
    for (Written file : written) {
      lose(file, loss.ofOneFile(random));
    }
    changes.clear();
    written.clear();
  }

  private static void lose(Written file, Bytes what) throws IOException {
    try (FileChannel channel = FileChannel.open(file.second, StandardOpenOption.WRITE)) {
      long size = channel.size();
      switch (what) {
        case DROPPED -> channel.truncate(file.durableBytes);
        case TORN -> channel.truncate(file.durableBytes + (size - file.durableBytes) / 2);
        case ZEROED -> {
          if (size > file.durableBytes) {
            channel.write(ByteBuffer.allocate((int) (size - file.durableBytes)), file.durableBytes);
          }
        }
        case KEPT -> {
          return;
        }
        case ANY -> throw new AssertionError(what);
      }
    }
  }

  /** What was synced inside a directory goes with a name of the directory that was not. */
  private static void deleteTree(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          deleteTree(entry);
        }
      }
    }
    Files.delete(path);
  }

  private Path keep(Path file) throws IOException {
    return Files.createLink(side.resolve("kept-" + kept++), file);
  }
}
