package dev.firn.maintenance.unchanged;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A partition in which only what is live lies, and nothing has moved for a while: of all that a
 * pass could find to do, nothing waits for a grace to end.
 *
 * @param generation the only one there is
 * @param metadataFile the newest in it
 */
record QuietPartition(String generation, String metadataFile, Stamp stamp) {

  /**
   * How old the newest change must be. Two changes within a tick of the file system's clock (at
   * most 10 ms; a second or two on file systems that count in those) have the same time, so one
   * that follows a stamp must be sure to come in a later tick.
   */
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(3);

  /** Inside of {@code <root>/held/<partition>/}: a lock, which stays. */
  private static final String RECOVER_LOCK = ".recover.lock";

  /** Empty if anything else lies there, or something changed just before {@code now}. */
  static Optional<QuietPartition> find(
      Disk disk, CacheDirectory cache, Partition partition, Instant now) throws IOException {
    Optional<String> generation = onlyGeneration(disk.list(partition.directory()));
    if (generation.isEmpty()) {
      return Optional.empty();
    }
    Path directory = partition.directory().resolve(generation.get());
    List<String> metadata = disk.list(directory.resolve(PartitionFiles.METADATA));
    Optional<String> metadataFile = newest(metadata);
    if (metadataFile.isEmpty()
        || metadata.stream().anyMatch(DurableFiles::isTemporary)
        || listIfThere(disk, directory.resolve(PartitionFiles.DATA)).stream()
            .anyMatch(DurableFiles::isTemporary)
        || !listIfThere(disk, HeldAppends.directory(cache, partition)).stream()
            .allMatch(RECOVER_LOCK::equals)) {
      return Optional.empty();
    }
    return Stamp.take(disk, cache, partition, generation.get(), metadataFile.get())
        .filter(stamp -> stamp.newest().isBefore(now.minus(SETTLED_AFTER)))
        .map(stamp -> new QuietPartition(generation.get(), metadataFile.get(), stamp));
  }

  private static Optional<String> onlyGeneration(List<String> names) {
    Optional<String> only = Optional.empty();
    for (String name : names) {
      boolean generation = GenerationName.parse(name).isPresent();
      boolean litter =
          DurableFiles.isTemporary(name)
              || PartitionFiles.parseBuilding(name).isPresent()
              || PartitionFiles.parseRemoving(name).isPresent();
      if (litter || (generation && only.isPresent())) {
        return Optional.empty();
      }
      only = generation ? Optional.of(name) : only;
    }
    return only;
  }

  private static Optional<String> newest(List<String> names) {
    Optional<String> newest = Optional.empty();
    int number = -1;
    for (String name : names) {
      OptionalInt version = MetadataVersions.parse(name);
      if (version.isPresent() && version.getAsInt() > number) {
        newest = Optional.of(name);
        number = version.getAsInt();
      }
    }
    return newest;
  }

  private static List<String> listIfThere(Disk disk, Path directory) throws IOException {
    boolean there = disk.stat(directory).map(FileStat::isDirectory).orElse(false);
    return there ? disk.list(directory) : List.of();
  }
}
