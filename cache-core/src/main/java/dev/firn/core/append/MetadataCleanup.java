package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.MetadataVersions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;

/**
 * Removes metadata of a live generation that nothing names any more, so that {@code metadata/} does
 * not grow with the number of commits. The caller holds the commit lock, so no commit is on its
 * way.
 *
 * <p>It removes only files that are older than a minute and that no metadata file names which is
 * the current one, one of the two before it, or was superseded less than a minute ago: a reader
 * that began with an older version has had its minute. Never a data file, never what it does not
 * recognise. A kill in the middle leaves fewer of them, each of which was free to go by itself.
 */
final class MetadataCleanup {
  /** With fewer files than this there is nothing worth reading manifest lists for. */
  private static final int FILES_WORTH_IT = 64;

  private static final int VERSIONS_KEPT = 3;
  private static final Duration READERS_MINUTE = Duration.ofSeconds(60);
  private static final Duration LITTER_AGE = Duration.ofHours(1);

  private final Disk disk;
  private final InstantSource clock;

  MetadataCleanup(Disk disk, InstantSource clock) {
    this.disk = disk;
    this.clock = clock;
  }

  void run(Generation current) throws IOException {
    Path directory = current.paths().metadata();
    List<String> names = disk.list(directory);
    if (names.size() < FILES_WORTH_IT) {
      return;
    }
    Instant now = clock.instant();
    int newest = MetadataVersions.parse(current.metadataFile()).orElseThrow();
    Set<String> named = new HashSet<>();
    Set<String> removable = new HashSet<>();
    for (String name : names) {
      OptionalInt version = MetadataVersions.parse(name);
      boolean old = isOld(directory.resolve(name), now);
      if (version.isPresent()) {
        int number = version.getAsInt();
        if (newest - number < VERSIONS_KEPT || !old || !isOld(successor(directory, number), now)) {
          if (!collectNamed(current, directory.resolve(name), named)) {
            return; // a version that cannot be read may name anything
          }
        } else {
          removable.add(name);
        }
      } else if (old && name.endsWith(".avro")) {
        removable.add(name);
      } else if (DurableFiles.isTemporary(name)
          && age(directory.resolve(name), now).compareTo(LITTER_AGE) > 0) {
        removable.add(name);
      }
    }
    removable.removeAll(named);
    for (String name : removable) {
      disk.delete(directory.resolve(name));
    }
  }

  /** A version is current until the next one is there, however old it is. */
  private static Path successor(Path directory, int number) {
    return directory.resolve(MetadataVersions.format(number + 1));
  }

  /** True if it is older than a reader's minute, or gone. */
  private boolean isOld(Path file, Instant now) throws IOException {
    return disk.stat(file)
        .map(s -> Duration.between(s.modified(), now).compareTo(READERS_MINUTE) > 0)
        .orElse(true);
  }

  private Duration age(Path file, Instant now) throws IOException {
    Optional<FileStat> stat = disk.stat(file);
    return stat.map(s -> Duration.between(s.modified(), now)).orElse(Duration.ZERO);
  }

  /** Adds the names of all manifest lists and manifests that a metadata file leads to. */
  private boolean collectNamed(Generation current, Path file, Set<String> named)
      throws IOException {
    TableMetadata metadata;
    try {
      metadata = TableMetadataParser.read(new IcebergInput(disk, file.toUri().toString(), file));
    } catch (RuntimeException e) {
      return e.getCause() instanceof NoSuchFileException;
    }
    for (Snapshot snapshot : metadata.snapshots()) {
      if (named.add(fileName(snapshot.manifestListLocation()))) {
        try {
          for (ManifestFile manifest : snapshot.allManifests(current.io())) {
            named.add(fileName(manifest.path()));
          }
        } catch (RuntimeException e) {
          return false;
        }
      }
    }
    return true;
  }

  private static String fileName(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
