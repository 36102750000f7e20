package dev.firn.core.append;

import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.LandedFiles;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.iceberg.Schema;

/**
 * Creates a partition: an empty generation, then the cursor that names it. One process at a time in
 * a cache, under {@code .create.lock} in the root.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Directories</b>, each synced into its parent: the partition is absent.
 *   <li><b>Empty table built</b> in {@code .building-table-…}: still absent; litter for the sweep.
 *   <li><b>Renamed</b> to {@code table}: a generation without a cursor. It is provably one that
 *       nobody ever used: Firn's first metadata, no snapshot, no data file. The next creation goes
 *       on from here; to everyone else the partition is unreadable, which loses nothing, since
 *       there is nothing in it.
 *   <li><b>Cursor linked</b>, durably: the partition is live. A link fails if a cursor is there, so
 *       an existing one is never replaced.
 * </ol>
 */
final class PartitionCreation {
  private static final GenerationName FIRST = new GenerationName(Layout.SOURCE_TABLE, 0);

  private final Disk disk;
  private final Path root;
  private final PartitionLocks locks;

  PartitionCreation(Disk disk, Path root, PartitionLocks locks) {
    this.disk = disk;
    this.root = root;
    this.locks = locks;
  }

  /** Makes the partition live unless it is by now, or is in doubt. */
  void create(Partition partition, Schema schema) throws IOException {
    Directories.ensureRoot(disk, root);
    try (HeldLock lock = locks.takeCreationLock(root)) {
      PartitionState state = new PartitionInspector(disk).inspect(partition);
      boolean unfinished = isUnfinished(disk, state);
      if (!(state instanceof Absent) && !unfinished) {
        return;
      }
      Directories.ensure(disk, root, partition.directory());
      if (!unfinished) {
        GenerationBuilder builder = GenerationBuilder.create(disk, partition, null, FIRST);
        builder.commitEmpty(schema);
        lock.requireValid();
        disk.rename(builder.building(), builder.target());
      }
      disk.syncDirectory(partition.directory());
      try {
        DurableFiles.create(disk, partition.cursorFile(), CursorCodec.formatFirst(FIRST));
      } catch (FileAlreadyExistsException e) {
        return; // a program that takes no lock was first; its cursor stands
      }
    }
  }

  /** True for what a kill right before the cursor leaves: a first table that was never used. */
  static boolean isUnfinished(Disk disk, PartitionState state) throws IOException {
    if (!(state instanceof Unreadable unreadable)
        || unreadable.problem() != Problem.CURSOR_MISSING) {
      return false;
    }
    Path directory = state.partition().generation(FIRST);
    for (String entry : disk.list(state.partition().directory())) {
      Optional<GenerationName> name = GenerationName.parse(entry);
      if (name.isPresent()
          && !name.get().equals(FIRST)
          && disk.stat(state.partition().directory().resolve(entry))
              .map(FileStat::isDirectory)
              .orElse(false)) {
        return false;
      }
    }
    Generation generation;
    try {
      generation = Generation.load(disk, directory, FIRST);
    } catch (IOException e) {
      return false;
    }
    return generation.metadataFile().equals("v1.metadata.json")
        && generation.metadata().properties().containsKey(GenerationBuilder.CREATED)
        && generation.metadata().snapshots().isEmpty()
        && LandedFiles.list(disk, generation.paths()).isEmpty()
        && disk.list(generation.paths().data()).stream().allMatch(DurableFiles::isTemporary);
  }
}
