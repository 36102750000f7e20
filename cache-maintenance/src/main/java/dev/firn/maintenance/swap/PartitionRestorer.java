package dev.firn.maintenance.swap;

import dev.firn.core.append.Publisher;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.FileScanTask;

/**
 * Swaps in the files of an earlier generation in place of those that came with the live one. The
 * caller holds the lease and has made sure that the earlier one is as its successor left it.
 *
 * <p>What is there after a kill at any step is what {@link Swap} says: the live generation, or the
 * restored one; the files of the earlier one have two names from the first link on. What is
 * appended meanwhile is taken over, and receipts go on from the live generation, which has those of
 * the earlier one.
 */
public final class PartitionRestorer {
  private final Disk disk;
  private final InstantSource clock;
  private final PartitionLocks locks;
  private final Publisher publisher;

  public PartitionRestorer(
      Disk disk, InstantSource clock, PartitionLocks locks, Publisher publisher) {
    this.disk = disk;
    this.clock = clock;
    this.locks = locks;
    this.publisher = publisher;
  }

  /**
   * What came of it.
   *
   * @param rows of the new generation
   * @param rowsCaughtUp of them, those that were appended or published meanwhile
   */
  public record Restored(String generation, long rows, long rowsCaughtUp, long filesLinked) {}

  /**
   * @param earlierFiles live files of the earlier generation
   * @param settled files that came with the live generation and are left out
   * @param added its other files
   */
  public Restored restore(
      Live state,
      Generation earlier,
      List<FileScanTask> earlierFiles,
      List<FileScanTask> settled,
      List<FileScanTask> added)
      throws IOException {
    List<FileScanTask> all = new ArrayList<>(settled);
    all.addAll(added);
    long rowsIn = all.stream().mapToLong(task -> task.file().recordCount()).sum();
    BuiltGeneration built =
        new GenerationRestore(disk, state)
            .build(
                earlier,
                earlierFiles,
                added,
                rowsIn,
                NumberedNames.next(disk, state),
                clock.millis());
    CatchUp catchUp = new Swap(disk, locks, publisher).swap(state, all, built, clock.instant());
    return new Restored(
        built.name().format(),
        built.proof().rowsOut() + catchUp.rows(),
        catchUp.rows(),
        built.dataFiles() + catchUp.files());
  }
}
