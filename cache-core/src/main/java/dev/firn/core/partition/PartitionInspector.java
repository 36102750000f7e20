package dev.firn.core.partition;

import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.cursor.Cursor;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.cursor.CursorState;
import dev.firn.core.cursor.CursorState.Present;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Decides the state of a partition (I4: unreadable is not absent). Reads only.
 *
 * <p>A cursor that parses can still be older than the truth: restored from a backup, or written by
 * a program that held an old one in memory. It is a conflict, and nothing is touched, when
 *
 * <ul>
 *   <li>the generation that it names carries {@code .retired}: something superseded it;
 *   <li>a generation with a higher number carries {@code .retired}: that one was live later, unless
 *       the cursor itself says that the live one was made from it;
 *   <li>a generation that Firn wrote is neither live, previous nor retired and has changed since it
 *       was proved: rows were appended to it, so it was live. (One that has not changed holds no
 *       row of its own: it is what a kill before the swap leaves.)
 * </ul>
 */
public final class PartitionInspector {
  private static final int ATTEMPTS = 5;

  private final Disk disk;

  public PartitionInspector(Disk disk) {
    this.disk = disk;
  }

  /**
   * Looks until nothing has moved between the first and the last look at the cursor: a swap in
   * between would show an old cursor beside its successor's marks.
   */
  public PartitionState inspect(Partition partition) {
    PartitionState state = inspectOnce(partition);
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      if (state instanceof Live live
          && CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor())) {
        return state;
      }
      PartitionState again = inspectOnce(partition);
      if (again.equals(state)) {
        return state;
      }
      state = again;
    }
    return state;
  }

  private PartitionState inspectOnce(Partition partition) {
    Path file = partition.cursorFile();
    List<OtherGeneration> generations;
    try {
      generations = generations(partition);
    } catch (IOException e) {
      return new Unreadable(
          partition,
          Problem.CURSOR_UNREADABLE,
          partition.directory(),
          partition.directory() + ": cannot be listed: " + DiskReason.of(e, partition.directory()));
    }
    CursorState state = CursorFile.read(disk, file);
    if (state instanceof CursorState.Absent) {
      return generations.isEmpty()
          ? new Absent(partition)
          : new Unreadable(
              partition,
              Problem.CURSOR_MISSING,
              file,
              file + ": missing beside " + names(generations));
    }
    if (state instanceof CursorState.Unreadable unreadable) {
      return new Unreadable(
          partition,
          unreadable.unsupported() ? Problem.CURSOR_UNSUPPORTED : Problem.CURSOR_UNREADABLE,
          file,
          unreadable.reason());
    }
    if (state instanceof Present present) {
      return inspect(partition, present, generations);
    }
    throw new AssertionError(state);
  }

  private PartitionState inspect(
      Partition partition, Present present, List<OtherGeneration> generations) {
    Cursor cursor = present.cursor();
    Path directory = partition.generation(cursor.live());
    Optional<OtherGeneration> live =
        generations.stream().filter(g -> g.name().equals(cursor.live())).findFirst();
    if (live.isEmpty()) {
      return new Unreadable(
          partition,
          Problem.GENERATION_MISSING,
          directory,
          partition.cursorFile()
              + " names "
              + cursor.live()
              + ", found "
              + (generations.isEmpty() ? "no generation" : names(generations)));
    }
    List<OtherGeneration> others =
        generations.stream().filter(g -> !g.name().equals(cursor.live())).toList();
    Generation generation;
    try {
      generation = Generation.load(disk, directory, cursor.live());
      Optional<String> conflict = conflict(cursor, generation, live.get(), others);
      if (conflict.isPresent()) {
        return new Unreadable(
            partition,
            Problem.CONFLICT,
            partition.cursorFile(),
            partition.cursorFile() + ": " + conflict.get());
      }
    } catch (UnsupportedFormat e) {
      return new Unreadable(
          partition, Problem.CURSOR_UNSUPPORTED, directory, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Unreadable(partition, Problem.GENERATION_DAMAGED, directory, DiskReason.of(e));
    }
    return new Live(partition, present, generation, others);
  }

  private Optional<String> conflict(
      Cursor cursor, Generation live, OtherGeneration liveEntry, List<OtherGeneration> others) {
    if (liveEntry.retired().isPresent()) {
      return Optional.of(
          "names "
              + cursor.live()
              + ", which carries .retired"
              + liveEntry.retired().get().since().map(since -> " since " + since).orElse("")
              + ": a newer generation was live after it");
    }
    for (OtherGeneration other : others) {
      boolean named = isNamedAsPredecessor(cursor, live, other.name());
      if (named || other.name().layout() != cursor.live().layout()) {
        continue;
      }
      if (other.retired().isPresent()) {
        if (other.name().number() > cursor.live().number()) {
          return Optional.of(
              "names "
                  + cursor.live()
                  + ", but "
                  + other.name()
                  + ", which is newer, was live and is retired");
        }
      } else if (wasLive(other)) {
        return Optional.of(
            "names "
                + cursor.live()
                + ", but "
                + other.name()
                + " has changed since it was written, so it was live, and it is not retired");
      }
    }
    return Optional.empty();
  }

  /** True if the cursor or the live generation says that the live one was made from this one. */
  public static boolean isNamedAsPredecessor(Cursor cursor, Generation live, GenerationName name) {
    return cursor.compaction().map(c -> c.previous().equals(name)).orElse(false)
        || live.proof().map(p -> p.parent().equals(name)).orElse(false);
  }

  private boolean wasLive(OtherGeneration other) {
    try {
      Generation generation = Generation.load(disk, other.directory(), other.name());
      Optional<GenerationProof> proof = generation.proof();
      return proof.isPresent() && !isAsProved(generation, proof.get());
    } catch (IOException e) {
      return false; // what does not load proves nothing; the sweep keeps it
    }
  }

  /** True if a generation that Firn wrote holds no more than what it was proved to hold. */
  public static boolean isAsProved(Generation generation, GenerationProof proof) {
    @Nullable Snapshot snapshot = generation.metadata().currentSnapshot();
    return proof.name().equals(generation.name())
        && snapshot != null
        && snapshot.summary() != null // damaged metadata may lack it
        && Long.toString(proof.rowsOut()).equals(snapshot.summary().get("total-records"))
        && generation.published() == 0
        && generation.unpublished().isEmpty();
  }

  /** Every generation in a partition's directory, by number, whatever a cursor says of it. */
  public List<OtherGeneration> generations(Partition partition) throws IOException {
    List<OtherGeneration> generations = new ArrayList<>();
    List<String> entries;
    try {
      entries = disk.list(partition.directory());
    } catch (NoSuchFileException e) {
      return generations;
    }
    for (String entry : entries) {
      Optional<GenerationName> name = GenerationName.parse(entry);
      Path directory = partition.directory().resolve(entry);
      if (name.isPresent() && disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
        generations.add(
            new OtherGeneration(name.get(), directory, RetiredMarker.find(disk, directory)));
      }
    }
    generations.sort(
        Comparator.comparing((OtherGeneration g) -> g.name().layout())
            .thenComparing(g -> g.name().number()));
    return generations;
  }

  private static String names(List<OtherGeneration> generations) {
    return String.join(", ", generations.stream().map(g -> g.name().format()).toList());
  }
}
