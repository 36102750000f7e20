package dev.firn.maintenance.plan;

import dev.firn.core.generation.Generation;
import dev.firn.core.layout.SettledName;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.retain.FilePeriods;
import dev.firn.maintenance.retain.FilePlace;
import dev.firn.maintenance.select.Selections;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.util.StructLikeWrapper;

/** Reads what a plan needs from a generation's manifests. */
public final class SnapshotReader {

  /**
   * The files of a generation and the numbers that a plan is made from.
   *
   * @param tasks by location
   * @param selections which rows are to go
   * @param unpublished landed files that are in no snapshot yet, and so in no plan: a compaction
   *     publishes them first
   */
  public record Content(
      PartitionSnapshot snapshot,
      Map<String, FileScanTask> tasks,
      Selections selections,
      int unpublished) {
    public Content {
      tasks = Map.copyOf(tasks);
    }
  }

  private SnapshotReader() {}

  /** As the other, where no row is to go but what delete files hide. */
  public static Content read(Generation generation, long baselineFiles, Set<String> unreadable)
      throws IOException {
    return read(generation, baselineFiles, unreadable, files -> Selections.none());
  }

  /** Finds what is to go of a generation's files. */
  public interface Finder {
    Selections find(List<FileScanTask> files) throws IOException;
  }

  /**
   * @param unreadable locations that an earlier rewrite could not read
   * @param finder says which rows are to go
   */
  public static Content read(
      Generation generation, long baselineFiles, Set<String> unreadable, Finder finder)
      throws IOException {
    return read(generation, baselineFiles, unreadable, finder, Optional.empty());
  }

  /**
   * @param periods into which files are kept apart; empty if they are not
   */
  public static Content read(
      Generation generation,
      long baselineFiles,
      Set<String> unreadable,
      Finder finder,
      Optional<FilePeriods> periods)
      throws IOException {
    List<PlannedFile> files = new ArrayList<>();
    Map<String, FileScanTask> tasks = new HashMap<>();
    Map<Tuple, Integer> tuples = new HashMap<>();
    List<FileScanTask> live =
        periods.isPresent() ? periods.get().liveFiles() : generation.liveFiles();
    Selections selections = finder.find(live);
    List<FilePlace> places =
        periods.isPresent()
            ? periods.get().places(live)
            : Collections.nCopies(live.size(), FilePlace.ANYWHERE);
    int next = 0;
    for (FileScanTask task : live) {
      String location = task.file().location();
      StructLikeWrapper tuple =
          StructLikeWrapper.forType(task.spec().partitionType()).set(task.file().partition());
      FilePlace place = places.get(next++);
      int number =
          tuples.computeIfAbsent(
              new Tuple(task.spec().specId(), tuple, place.part(), place.alone() ? location : ""),
              t -> tuples.size());
      files.add(
          new PlannedFile(
              location,
              number,
              task.file().fileSizeInBytes(),
              task.file().recordCount(),
              !task.deletes().isEmpty(),
              unreadable.contains(location),
              SettledName.matches(location.substring(location.lastIndexOf('/') + 1)),
              selections.verdict(task),
              place.over(),
              place.pieces()));
      tasks.put(location, task);
    }
    return new Content(
        new PartitionSnapshot(files, baselineFiles),
        tasks,
        selections,
        generation.unpublished().size());
  }

  private record Tuple(int spec, StructLikeWrapper values, long part, String alone) {}
}
