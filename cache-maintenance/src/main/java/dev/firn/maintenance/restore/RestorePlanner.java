package dev.firn.maintenance.restore;

import dev.firn.core.CacheException;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.SettledName;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.core.read.UnpublishedRows;
import dev.firn.maintenance.restore.RestorePlan.Refusal;
import dev.firn.maintenance.restore.RestorePlan.Restore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a partition can go back to the parent of its live generation. Reads only.
 *
 * <p>It can if the parent is there as the swap left it, and if it can be told which rows of the
 * live generation came after that swap: all files that the swap brought are still live, with the
 * rows that they were proved with, and everything else was appended. Where another engine has
 * deleted or rewritten anything since, going back would undo that too, so it is refused.
 *
 * <p>A parent with delete files is refused. Which rows they hide goes by the sequence numbers of
 * data and delete files, and linked files that are appended get new ones: equality deletes would
 * apply to rows that came after them, or to none. To keep the numbers all manifests would have to
 * be written anew, entry by entry, past what Iceberg's appends allow, and what was appended since
 * would have to come after every delete. The rows are not out of reach: the parent is a whole
 * table, which any engine reads for as long as its grace lasts.
 */
final class RestorePlanner {
  private final Disk disk;

  RestorePlanner(Disk disk) {
    this.disk = disk;
  }

  RestorePlan plan(Live state) throws IOException {
    Generation live = state.generation();
    Optional<GenerationProof> found = live.proof();
    if (found.isEmpty()) {
      return new Refusal(
          live.name()
              + " was not made by a swap of Firn's, so it cannot be told which of its rows came"
              + " after one");
    }
    GenerationProof proof = found.get();
    if (proof.dropped().count(DropReason.QUARANTINED) > 0) {
      return new Refusal(
          live.name()
              + " was made without damaged files, which "
              + proof.parent()
              + " still holds");
    }
    Optional<OtherGeneration> entry =
        state.others().stream().filter(g -> g.name().equals(proof.parent())).findFirst();
    if (entry.isEmpty()) {
      return new Refusal(
          proof.parent() + ", which " + live.name() + " was made from, has been removed");
    }
    if (live.metadata().refs().size() > 1) {
      return new Refusal("the table has branches or tags besides main, which a swap would lose");
    }
    Generation parent;
    List<FileScanTask> parentFiles;
    try {
      parent = Generation.load(disk, entry.get().directory(), proof.parent());
      parentFiles = parent.liveFiles();
    } catch (CacheException e) {
      return new Refusal(proof.parent() + " cannot be read: " + e.getMessage());
    }
    Optional<String> reason =
        againstParent(parent, parentFiles, proof, live).or(() -> againstHistory(live));
    return reason.isPresent()
        ? new Refusal(reason.get())
        : restore(state, entry.get(), proof, parent, parentFiles);
  }

  /** Why the parent cannot be gone back to; empty if it can. */
  private Optional<String> againstParent(
      Generation parent, List<FileScanTask> files, GenerationProof proof, Generation live)
      throws IOException {
    if (!proof.parentMetadata().equals(parent.metadataFile())
        || !proof.parentUuid().equals(parent.metadata().uuid())
        || !parent.unpublished().isEmpty()) {
      return Optional.of(parent.name() + " has changed since it was superseded");
    }
    for (FileScanTask task : files) {
      if (!task.deletes().isEmpty()) {
        return Optional.of(
            parent.name()
                + " has delete files, which a restore does not take along: they apply to "
                + task.file().location());
      }
      @Nullable PartitionSpec spec = live.metadata().specsById().get(task.spec().specId());
      if (!task.spec().equals(spec)) {
        return Optional.of(
            parent.name() + " is partitioned by " + task.spec() + ", which the live one lacks");
      }
      Path path = parent.io().resolve(task.file().location());
      if (disk.stat(path).isEmpty()) {
        return Optional.of(path + ", a data file of " + parent.name() + ", is not there");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> againstHistory(Generation live) {
    for (Snapshot snapshot : live.metadata().snapshots()) {
      if (!DataOperations.APPEND.equals(snapshot.operation())) {
        return Optional.of(
            "something other than an append was done to "
                + live.name()
                + " since: "
                + snapshot.operation());
      }
    }
    return Optional.empty();
  }

  private RestorePlan restore(
      Live state,
      OtherGeneration entry,
      GenerationProof proof,
      Generation parent,
      List<FileScanTask> parentFiles)
      throws IOException {
    Generation live = state.generation();
    List<FileScanTask> settled = new ArrayList<>();
    List<FileScanTask> added = new ArrayList<>();
    for (FileScanTask task : live.liveFiles()) {
      if (!task.deletes().isEmpty()) {
        return new Refusal("rows of " + live.name() + " were deleted since it was swapped in");
      }
      String location = task.file().location();
      boolean came = SettledName.matches(location.substring(location.lastIndexOf('/') + 1));
      (came ? settled : added).add(task);
    }
    Restore plan =
        new Restore(
            parent,
            parentFiles,
            settled,
            added,
            Restore.since(entry.retired()),
            UnpublishedRows.count(disk, live));
    return plan.rowsReplaced() == proof.rowsOut()
        ? plan
        : new Refusal(
            "of the "
                + proof.rowsOut()
                + " rows that "
                + live.name()
                + " was swapped in with, "
                + plan.rowsReplaced()
                + " are left: it was rewritten or deleted from since");
  }
}
