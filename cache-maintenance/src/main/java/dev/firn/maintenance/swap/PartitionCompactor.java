package dev.firn.maintenance.swap;

import dev.firn.core.append.Publisher;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.retain.Archive;
import dev.firn.maintenance.retain.ExpiredRows;
import dev.firn.maintenance.rewrite.RewriteLimits;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Carries out one plan on one partition: build, prove, swap, retire. The caller holds the lease.
 */
public final class PartitionCompactor {
  private final Disk disk;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final PartitionLocks locks;
  private final Publisher publisher;

  public PartitionCompactor(
      Disk disk,
      MaintenanceConfig config,
      InstantSource clock,
      PartitionLocks locks,
      Publisher publisher) {
    this.disk = disk;
    this.config = config;
    this.clock = clock;
    this.locks = locks;
    this.publisher = publisher;
  }

  /**
   * What came of a plan.
   *
   * @param swapped false if the rewrite would have achieved nothing and was given up: no file less,
   *     and no delete file to get rid of
   * @param rowsArchived dropped rows that were written to the archive first
   * @param carried new location of each file that went over as it is, by its old one
   * @param filesCaughtUp files that were appended during the rewrite and taken over
   */
  public record Result(
      boolean swapped,
      GenerationName name,
      long rowsOut,
      DroppedRows dropped,
      long rowsArchived,
      long dataFiles,
      long filesRewritten,
      Map<String, String> carried,
      long bytes,
      long bytesWritten,
      long filesCaughtUp,
      long rowsCaughtUp,
      long bytesCaughtUp) {
    public Result {
      carried = Map.copyOf(carried);
    }
  }

  /**
   * @param progress takes the input bytes done so far
   */
  public Result compact(Live state, Rewrite plan, Content content, LongConsumer progress)
      throws IOException {
    return compact(state, plan, content, Map.of(), progress);
  }

  /**
   * Swaps in a generation without damaged data files.
   *
   * @param plan what is done with all other files
   * @param leftOut id of the quarantine's record by location
   */
  public Result compactWithout(
      Live state, Rewrite plan, Content content, Map<String, String> leftOut) throws IOException {
    return compact(state, plan, content, leftOut, bytes -> {});
  }

  /**
   * Swaps in a generation whether anything is gained by it or not: for the sake of a directory in
   * which nothing is but what the plan puts there.
   */
  public Result replace(Live state, Rewrite plan, Content content) throws IOException {
    return compact(state, plan, content, Map.of(), bytes -> {}, true);
  }

  private Result compact(
      Live state, Rewrite plan, Content content, Map<String, String> leftOut, LongConsumer progress)
      throws IOException {
    return compact(state, plan, content, leftOut, progress, false);
  }

  private Result compact(
      Live state,
      Rewrite plan,
      Content content,
      Map<String, String> leftOut,
      LongConsumer progress,
      boolean always)
      throws IOException {
    requireSpace(state, plan);
    GenerationName name = NumberedNames.next(disk, state);
    GenerationRewrite rewrite =
        new GenerationRewrite(disk, config, state, content, leftOut, progress);
    BuiltGeneration built = rewrite.build(plan, name, clock.millis());
    long filesBefore = content.snapshot().files().size();
    boolean worthwhile =
        always
            || built.dataFiles() < filesBefore
            || built.proof().dropped().total() > 0
            || content.tasks().values().stream().anyMatch(task -> !task.deletes().isEmpty());
    if (!worthwhile) {
      Trees.remove(disk, built.builder().building());
      return result(built, 0, 0, 0, 0, false);
    }
    long archived = archive(state, content, built, rewrite.expired());
    CatchUp catchUp =
        new Swap(disk, locks, publisher)
            .swap(state, content.tasks().values(), built, clock.instant());
    return result(built, catchUp.files(), catchUp.rows(), catchUp.bytes(), archived, true);
  }

  /** No row that expired is dropped before it is archived, where an archive is configured. */
  private long archive(
      Live state, Content content, BuiltGeneration built, List<ExpiredRows> expired)
      throws IOException {
    Optional<String> archive = config.retention().policy(state.partition().dataset()).archive();
    if (archive.isEmpty() || expired.isEmpty()) {
      return 0;
    }
    try {
      return new Archive(disk, archive.get(), state)
          .write(
              built.name(),
              expired,
              content.tasks().keySet(),
              new RewriteLimits(
                  config.compactBatchBytes(),
                  config.compactBatchRows(),
                  config.targetFileBytes(),
                  true));
    } catch (IOException | RuntimeException e) {
      Trees.removeOwn(disk, built.builder().building(), e);
      throw e;
    }
  }

  private static Result result(
      BuiltGeneration built, long files, long rows, long bytes, long archived, boolean swapped) {
    return new Result(
        swapped,
        built.name(),
        built.proof().rowsOut() + rows,
        built.proof().dropped(),
        archived,
        built.dataFiles() + files,
        built.filesRewritten(),
        built.carried(),
        built.bytes() + bytes,
        built.bytesWritten(),
        files,
        rows,
        bytes);
  }

  /** What drops whole files and writes no data is what makes room, and is never refused. */
  private void requireSpace(Live state, Rewrite plan) throws IOException {
    if (plan.bytesToRewrite() == 0 && !plan.dropped().isEmpty()) {
      return;
    }
    long free = disk.usableBytes(state.partition().directory());
    if (free - plan.bytesToRewrite() < config.minFreeBytes()) {
      throw new NotEnoughSpaceException(
          state.partition().directory(), plan.bytesToRewrite(), free, config.minFreeBytes());
    }
  }
}
