package dev.firn.core.plain;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.plain.PlainFiles.LiveFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A partition with a cursor and a table as Firn writes them and nothing beside them: no other
 * generation, no landed file that is not published, no delete file, nothing that waits to be
 * removed. Loading Iceberg's classes takes longer than all that there is to read in it, so what a
 * status says of such a partition is read here, without them.
 *
 * <p>Whatever is not exactly as Firn writes it, and whatever cannot be read, is not a plain
 * partition: then nothing is said, and the partition is looked at with Iceberg. So here nothing is
 * ever called damaged, and a partition of which this does say something is live for whoever reads
 * it in full.
 *
 * <p>Takes no lock and changes nothing. The landed files are listed before the metadata is read: a
 * file that is published in between is read from the snapshot, once; and the cursor is read again
 * at the end, so that it was the live generation all the while.
 *
 * @param baselineFiles live data files right after the last swap, 0 if there was none
 * @param snapshots how many the table has
 * @param files the live data files in the order in which they were added
 */
public record PlainPartition(
    GenerationName generation, long baselineFiles, int snapshots, List<LiveFile> files) {
  private static final Set<String> BESIDE_THE_GENERATION =
      Set.of(
          PartitionFiles.CURSOR,
          PartitionFiles.COMMIT_LOCK,
          PartitionFiles.COMMIT_OWNER,
          PartitionFiles.MAINTAIN_LOCK,
          PartitionFiles.MAINTAIN_OWNER);

  public PlainPartition {
    files = List.copyOf(files);
  }

  /**
   * What is in a partition, or empty if anything about it is unusual or cannot be read.
   *
   * @param times columns of which the first that can be a time is {@link LiveFile#newestMicros}; it
   *     is unusual if it is no timestamp, or text, of which nothing is known
   */
  public static Optional<PlainPartition> find(Disk disk, Partition partition, List<String> times) {
    try {
      return Optional.of(new Reader(disk, partition, times).read());
    } catch (UnusualException | IOException | RuntimeException e) {
      return Optional.empty(); // for Iceberg to say what it is
    }
  }

  private static final class Reader {
    private final Disk disk;
    private final Partition partition;
    private final List<String> times;

    Reader(Disk disk, Partition partition, List<String> times) {
      this.disk = disk;
      this.partition = partition;
      this.times = times;
    }

    PlainPartition read() throws IOException, UnusualException {
      Path cursorFile = partition.cursorFile();
      byte[] cursorBytes = file(cursorFile);
      PlainCursor cursor = PlainCursor.parse(cursorBytes);
      requireNothingElse(cursor.live());
      GenerationPaths paths =
          new GenerationPaths(partition.generation(cursor.live()), cursor.live());
      UnusualException.unless(
          disk.isDirectory(paths.directory())
              && disk.stat(paths.directory().resolve(PartitionFiles.RETIRED)).isEmpty(),
          "no live generation");
      long landed = highestLanded(paths);
      PlainMetadata metadata = PlainMetadata.parse(file(newestMetadata(paths)), times);
      UnusualException.unless(landed <= metadata.published(), "unpublished files");
      List<LiveFile> files =
          metadata.manifestList() == null
              ? List.of()
              : PlainFiles.read(
                  disk, paths, metadata.manifestList(), metadata.specId(), metadata.timestampId());
      UnusualException.unless(
          Arrays.equals(disk.read(cursorFile), cursorBytes), "a swap meanwhile");
      return new PlainPartition(cursor.live(), cursor.baselineFiles(), metadata.snapshots(), files);
    }

    private void requireNothingElse(GenerationName live) throws IOException, UnusualException {
      String generation = live.format();
      for (String name : disk.list(partition.directory())) {
        UnusualException.unless(
            BESIDE_THE_GENERATION.contains(name) || name.equals(generation), name);
      }
    }

    /** 0 if nothing has landed. */
    private long highestLanded(GenerationPaths paths) throws IOException, UnusualException {
      long highest = 0;
      for (String name : disk.list(paths.data())) {
        UnusualException.unless(!DurableFiles.isTemporary(name), "a write that goes on");
        Optional<LandedName> landed = LandedName.parse(name);
        highest = landed.isPresent() ? Math.max(highest, landed.get().number()) : highest;
      }
      return highest;
    }

    private Path newestMetadata(GenerationPaths paths) throws IOException, UnusualException {
      int newest = -1;
      String found = "";
      for (String name : disk.list(paths.metadata())) {
        OptionalInt number = MetadataVersions.parse(name);
        if (number.isPresent() && number.getAsInt() > newest) {
          newest = number.getAsInt();
          found = name;
        }
      }
      UnusualException.unless(
          newest >= 0 && found.equals(MetadataVersions.format(newest)), "no plain metadata");
      return paths.metadata().resolve(found);
    }

    private byte[] file(Path path) throws IOException, UnusualException {
      return PlainFiles.file(disk, path);
    }
  }
}
