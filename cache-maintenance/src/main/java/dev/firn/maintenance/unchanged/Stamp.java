package dev.firn.maintenance.unchanged;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What {@code stat} says of everything in a partition by which a name can come or go, and of the
 * two files that decide: the cursor and the newest metadata. Seven calls and nothing is opened.
 *
 * <p>Everything that Firn does, and every Iceberg writer, makes new names: a landed file in {@code
 * data/}, a version in {@code metadata/}, {@code .retired} in the generation, a generation or a
 * {@code .building-} beside it, a held exchange. Each moves its directory's modification time. What
 * changes bytes in place and leaves name, size and time as they are is not seen.
 *
 * @param value of kinds, sizes, times and identities together
 * @param newest the newest of the times
 */
record Stamp(long value, Instant newest) {

  /** Empty if something is not there, or is not what it has to be. */
  static Optional<Stamp> take(
      Disk disk, CacheDirectory cache, Partition partition, String generation, String metadataFile)
      throws IOException {
    Path directory = partition.directory().resolve(generation);
    Path metadata = directory.resolve(PartitionFiles.METADATA);
    Taking taking = new Taking(disk);
    boolean whole =
        taking.add(partition.directory(), FileStat.Kind.DIRECTORY)
            && taking.add(partition.cursorFile(), FileStat.Kind.FILE)
            && taking.add(directory, FileStat.Kind.DIRECTORY)
            && taking.add(metadata, FileStat.Kind.DIRECTORY)
            && taking.add(metadata.resolve(metadataFile), FileStat.Kind.FILE)
            && taking.addIfThere(directory.resolve(PartitionFiles.DATA))
            && taking.addIfThere(HeldAppends.directory(cache, partition));
    return whole ? Optional.of(new Stamp(taking.value, taking.newest)) : Optional.empty();
  }

  private static final class Taking {
    private final Disk disk;
    private long value;
    private Instant newest = Instant.MIN;

    Taking(Disk disk) {
      this.disk = disk;
    }

    boolean add(Path path, FileStat.Kind kind) throws IOException {
      Optional<FileStat> stat = disk.stat(path);
      if (stat.isEmpty() || stat.get().kind() != kind) {
        return false;
      }
      mix(stat.get());
      return true;
    }

    boolean addIfThere(Path path) throws IOException {
      Optional<FileStat> stat = disk.stat(path);
      if (stat.isEmpty()) {
        mix(0);
        return true;
      }
      mix(stat.get());
      return stat.get().isDirectory();
    }

    private void mix(FileStat stat) {
      mix(1 + stat.kind().ordinal());
      mix(stat.sizeBytes());
      mix(stat.modified().getEpochSecond());
      mix(stat.modified().getNano());
      mix(stat.identity().hashCode());
      newest = stat.modified().isAfter(newest) ? stat.modified() : newest;
    }

    /** Every bit of what came so far reaches every bit; the order counts. */
    private void mix(long next) {
      long mixed = (value ^ next) + 0x9e3779b97f4a7c15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      value = mixed ^ (mixed >>> 31);
    }
  }
}
