package dev.firn.core.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What a power failure may take back: names made, moved and removed since their directory was
 * synced, and bytes since their file was. {@link #undo} takes back all of it, the worst case.
 */
final class UnsyncedChanges {

  private interface Undo {
    void run() throws IOException;
  }

  /** A change of names, durable once the directory of the new name is synced. */
  private record Change(Path directory, Undo undo) {}

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
    changes.add(
        new Change(
            name.getParent(),
            () -> {
              Path now = current(name);
              if (Files.exists(now, LinkOption.NOFOLLOW_LINKS)) {
                deleteTree(now);
              }
            }));
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
    }
    boolean replaces = Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS);
    Path replaced = replaces ? keep(to) : to;
    changes.add(
        new Change(
            to.getParent(),
            () -> {
              Path now = current(to);
              if (Files.exists(now, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(now, now.resolveSibling(from.getFileName()));
                if (replaces) {
                  Files.createLink(now, replaced);
                }
              }
            }));
  }

  void deleting(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      changes.add(new Change(path.getParent(), () -> Files.createDirectory(path)));
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      Path copy = keep(path);
      changes.add(new Change(path.getParent(), () -> Files.createLink(path, copy)));
    }
  }

  void syncedDirectory(Path directory) {
    changes.removeIf(change -> change.directory().equals(directory));
  }

  void undo() throws IOException {
    for (int i = changes.size() - 1; i >= 0; i--) {
      changes.get(i).undo().run();
    }
    for (Written file : written) {
      try (FileChannel channel = FileChannel.open(file.second, StandardOpenOption.WRITE)) {
        channel.truncate(file.durableBytes);
      }
    }
    changes.clear();
    written.clear();
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
