package dev.firn.cli.query;

import dev.firn.core.CacheException;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.LandedFiles;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prints the rows that land in partitions from one look to the next, each once.
 *
 * <p>Every append lands as one file with a number of its own in the live generation, and stays
 * there under its name for as long as the generation lives, published or not. So what is new in a
 * generation are the numbers that were not printed yet. A swap takes what has landed into the new
 * generation under other names, and numbers begin anew there with what lands after it. Hence, when
 * the live generation is another one than before, first what is left in the old one is printed (it
 * stays for its grace, and nothing lands in it any more), then all that landed in generations that
 * came and went in between, then what has landed in the live one. If one of them is gone already,
 * which takes {@code --no-grace}, that is said.
 *
 * <p>A dataset that was dropped and begun anew has generations of the same names, and numbers that
 * begin anew: it is another one by the identity of its table, and all of its rows are new.
 *
 * <p>Files that other programs add to a table are not followed.
 */
final class RowFollower {
  private final Disk disk;
  private final RowSelection selection;
  private final RowSelection.Target target;
  private final Unreadables unreadables;
  private final Map<String, Position> positions = new HashMap<>();
  private final Set<String> inDoubt = new HashSet<>();

  /**
   * What was printed of a partition: everything before this generation, and these files of it.
   *
   * @param table identity of the generation's table; null for one of another program without any
   */
  private record Position(
      GenerationName generation, @Nullable String table, LandedNumbers printed) {
    /** All that a generation holds as it was loaded. */
    static Position at(Generation generation) {
      LandedNumbers printed = new LandedNumbers(generation.published());
      generation.unpublished().forEach(name -> printed.add(name.number()));
      return new Position(generation.name(), generation.metadata().uuid(), printed);
    }

    boolean isOf(Generation other) {
      return generation.equals(other.name()) && Objects.equals(table, other.metadata().uuid());
    }
  }

  RowFollower(
      Disk disk, RowSelection selection, RowSelection.Target target, Unreadables unreadables) {
    this.disk = disk;
    this.selection = selection;
    this.target = target;
    this.unreadables = unreadables;
  }

  /** From here on: the rows of this state were printed, or not wanted. */
  void from(Live state) {
    positions.put(state.partition().path(), Position.at(state.generation()));
  }

  /** A partition that cannot be read was named already. */
  void without(Unreadable state) {
    inDoubt.add(state.partition().path());
  }

  /** Looks once. */
  void look(List<Partition> partitions) throws IOException {
    for (Partition partition : partitions) {
      PartitionState state = new PartitionInspector(disk).inspect(partition);
      if (state instanceof Live live) {
        inDoubt.remove(partition.path());
        look(live);
      } else if (state instanceof Unreadable unreadable && inDoubt.add(partition.path())) {
        unreadables.add(unreadable);
      }
    }
  }

  private void look(Live live) throws IOException {
    Partition partition = live.partition();
    Position before = positions.get(partition.path());
    if (before == null || isBegunAnew(before, live)) {
      positions.put(partition.path(), Position.at(live.generation()));
      reading(partition, () -> selection.read(partition, live.generation(), target));
    } else if (before.isOf(live.generation())) {
      print(partition, before);
    } else {
      print(partition, before);
      for (GenerationName name : since(before.generation(), live)) {
        Position position =
            new Position(name, live.generation().metadata().uuid(), new LandedNumbers(0));
        positions.put(partition.path(), position);
        print(partition, position);
      }
    }
  }

  /** True if another generation has the name of the one that was printed from. */
  private boolean isBegunAnew(Position before, Live live) {
    GenerationName name = before.generation();
    if (name.equals(live.generation().name())) {
      return !before.isOf(live.generation());
    }
    try {
      return !before.isOf(Generation.load(disk, live.partition().generation(name), name));
    } catch (IOException e) {
      return false; // said when its rows are looked for
    }
  }

  /** The generations after one up to the live one, the oldest first. */
  private List<GenerationName> since(GenerationName known, Live live) {
    Deque<GenerationName> line = new ArrayDeque<>();
    Optional<GenerationName> name = Optional.of(live.generation().name());
    Set<GenerationName> seen = new HashSet<>();
    while (name.isPresent() && !name.get().equals(known) && seen.add(name.get())) {
      line.addFirst(name.get());
      name = parent(name.get(), live);
    }
    return new ArrayList<>(line);
  }

  private Optional<GenerationName> parent(GenerationName name, Live live) {
    try {
      boolean isLive = name.equals(live.generation().name());
      Generation generation =
          isLive
              ? live.generation()
              : Generation.load(disk, live.partition().generation(name), name);
      Optional<GenerationName> named = generation.proof().map(GenerationProof::parent);
      return isLive
          ? named.or(() -> live.cursor().cursor().compaction().map(c -> c.previous()))
          : named;
    } catch (IOException e) {
      return Optional.empty(); // said when its rows are looked for
    }
  }

  /** Prints what has landed in a generation and was not printed yet. */
  private void print(Partition partition, Position position) throws IOException {
    reading(
        partition,
        () -> {
          List<LandedName> landed = new ArrayList<>();
          GenerationName name = position.generation();
          // Listed first: whatever has landed fits the schema that is read after it.
          GenerationPaths paths = new GenerationPaths(partition.generation(name), name);
          for (LandedName file : LandedFiles.list(disk, paths)) {
            if (position.printed().add(file.number())) {
              landed.add(file);
            }
          }
          if (landed.isEmpty()) {
            requireThere(paths);
          } else {
            Generation generation = Generation.load(disk, partition.generation(name), name);
            selection.read(partition, generation, landed, target);
          }
        });
  }

  private void requireThere(GenerationPaths paths) throws IOException {
    if (disk.stat(paths.directory()).isEmpty()) {
      throw new NoSuchFileException(paths.directory().toString());
    }
  }

  private interface Reading {
    void run() throws IOException;
  }

  private void reading(Partition partition, Reading reading) throws IOException {
    try {
      reading.run();
    } catch (CacheException | NoSuchFileException e) {
      unreadables.add(
          partition,
          e.getMessage() + "; rows that landed there since the last look may be missing");
    }
  }
}
