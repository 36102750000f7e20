package dev.firn.cli.daemon.ledger;

import dev.firn.core.cursor.CursorFile;
import dev.firn.core.cursor.CursorState.Present;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many files other processes have landed since the daemon started, by partition: told from the
 * names in {@code data/}, which hold the number of a file and who wrote it. A file may hold several
 * exchanges. Not part of anybody's balance, and a lower bound: what lands between a look and a swap
 * that follows it is not there under its name any more.
 */
public final class OtherWriters {
  private final Disk disk;
  private final CacheDirectory cache;
  private final Set<String> own = new HashSet<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private final Map<String, Long> counted = new TreeMap<>();

  /** Of the last look, by partition and writer: one may turn out to be this daemon. */
  private final Map<String, Map<String, Long>> fresh = new HashMap<>();

  private boolean looked;

  /** Up to which number the files of a generation were looked at. */
  private record Seen(GenerationName generation, long number) {}

  public OtherWriters(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** This daemon landed this file. */
  public synchronized void landed(String where) {
    LandedName.parse(where.substring(where.lastIndexOf('/') + 1))
        .ifPresent(name -> own.add(name.writer()));
  }

  /** Files by path of the partition; those to which nobody else appended are not there. */
  public synchronized Map<String, Long> files() {
    Map<String, Long> files = new TreeMap<>(counted);
    addFresh(files);
    return files;
  }

  private void addFresh(Map<String, Long> files) {
    fresh.forEach(
        (partition, writers) ->
            writers.forEach(
                (writer, count) -> {
                  if (!own.contains(writer)) {
                    files.merge(partition, count, Long::sum);
                  }
                }));
  }

  /** Looks at every partition. What is there at the first look was there before. */
  public synchronized void look() throws IOException {
    addFresh(counted);
    fresh.clear();
    for (Partition partition : cache.partitions()) {
      if (CursorFile.read(disk, partition.cursorFile()) instanceof Present present) {
        look(partition, present.cursor().live());
      }
    }
    looked = true;
  }

  private void look(Partition partition, GenerationName generation) throws IOException {
    @Nullable Seen before = seen.get(partition.path());
    long from = before != null && before.generation().equals(generation) ? before.number() : 0;
    long highest = from;
    Map<String, Long> writers = new HashMap<>();
    try {
      for (String file : disk.list(partition.generation(generation).resolve("data"))) {
        Optional<LandedName> name = LandedName.parse(file);
        if (name.isPresent() && name.get().number() > from) {
          highest = Math.max(highest, name.get().number());
          writers.merge(name.get().writer(), 1L, Long::sum);
        }
      }
    } catch (NoSuchFileException e) {
      return; // swapped and removed meanwhile: the next look is at the new one
    }
    seen.put(partition.path(), new Seen(generation, highest));
    if (looked) {
      fresh.put(partition.path(), writers);
    }
  }
}
