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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many files other processes have landed since the daemon started, by partition: told from the
 * names in {@code data/}, which hold the number of a file and who wrote it. A file may hold several
 * exchanges. Not part of anybody's balance, and a lower bound: what lands between a look and a swap
 * that follows it is not there under its name any more, and what came to a partition that could not
 * be looked at is not counted.
 *
 * <p>What a look finds is counted by the next one, when it is known which of it is this daemon's:
 * that lands after the look before it has begun. So own names are forgotten two looks later: with
 * more partitions than writers may be open at once there is a new name with every exchange. Nobody
 * who has landed something waits for a look, which takes a while where there are many partitions.
 */
public final class OtherWriters {
  private final Disk disk;
  private final CacheDirectory cache;

  /** Of this daemon, since the look before the last began, and since the last did. */
  private Set<String> ownBefore = new HashSet<>();

  private Set<String> own = new HashSet<>();
  private final Map<String, Long> counted = new TreeMap<>();

  /** Of the last look, by partition and writer: one may turn out to be this daemon. */
  private Map<String, Map<String, Long>> fresh = Map.of();

  private final Object looking = new Object();
  private Map<String, Seen> seen = Map.of();
  private boolean looked;

  /**
   * Up to which number the files of a generation were looked at.
   *
   * @param generation null if the partition could not be looked at
   */
  private record Seen(@Nullable GenerationName generation, long number) {}

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
                  if (!own.contains(writer) && !ownBefore.contains(writer)) {
                    files.merge(partition, count, Long::sum);
                  }
                }));
  }

  /** Looks at every partition. What is there at the first look was there before. */
  public void look() throws IOException {
    synchronized (looking) {
      List<Partition> partitions = cache.partitions();
      settle();
      Map<String, Seen> now = new HashMap<>();
      Map<String, Map<String, Long>> found = new HashMap<>();
      @Nullable IOException failure = null;
      for (Partition partition : partitions) {
        Seen state = new Seen(null, 0);
        try {
          state = look(partition, found);
        } catch (NoSuchFileException e) {
          // Swapped and removed meanwhile: the next look is at the new generation.
        } catch (IOException e) {
          failure = e;
        }
        now.put(partition.path(), state);
      }
      seen = now;
      looked = true;
      found(found, now.keySet());
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** Counts what the last look found, and forgets whose names nobody asks for any more. */
  private synchronized void settle() {
    addFresh(counted);
    fresh = Map.of();
    ownBefore = own;
    own = new HashSet<>();
  }

  private synchronized void found(Map<String, Map<String, Long>> files, Set<String> partitions) {
    fresh = files;
    counted.keySet().retainAll(partitions);
  }

  private Seen look(Partition partition, Map<String, Map<String, Long>> found) throws IOException {
    if (!(CursorFile.read(disk, partition.cursorFile()) instanceof Present present)) {
      return new Seen(null, 0);
    }
    GenerationName generation = present.cursor().live();
    @Nullable Seen before = seen.get(partition.path());
    long from = before != null && generation.equals(before.generation()) ? before.number() : 0;
    long highest = from;
    Map<String, Long> writers = new HashMap<>();
    for (String file : disk.list(partition.generation(generation).resolve("data"))) {
      Optional<LandedName> name = LandedName.parse(file);
      if (name.isPresent() && name.get().number() > from) {
        highest = Math.max(highest, name.get().number());
        writers.merge(name.get().writer(), 1L, Long::sum);
      }
    }
    if (looked && (before == null || before.generation() != null) && !writers.isEmpty()) {
      found.put(partition.path(), writers);
    }
    return new Seen(generation, highest);
  }

  /** Names of this daemon in memory. */
  synchronized int remembered() {
    return own.size() + ownBefore.size();
  }
}
