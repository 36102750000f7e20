package dev.firn.maintenance.reconcile;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Takes what a generation's metadata names out of a set of names that were found in a directory,
 * and stops when none is left. One version, one manifest list or one manifest is in memory at a
 * time; each list and each manifest is read once, however many versions share it.
 *
 * <p>Every method throws {@link IOException} or a {@link RuntimeException} where something cannot
 * be read: then nothing may be concluded from what is left.
 */
final class NamedFiles {
  private static final List<String> LOCATION = List.of("file_path");

  private final Disk disk;
  private final Generation generation;
  private final Set<String> read = new HashSet<>();

  NamedFiles(Disk disk, Generation generation) {
    this.disk = disk;
    this.generation = generation;
  }

  /**
   * Takes out what one version leads to in {@code metadata/}: manifest lists, manifests,
   * statistics.
   *
   * @param version a file name
   * @param names file names
   */
  void takeOutMetadata(String version, Set<String> names) throws IOException {
    Path file = generation.paths().metadata().resolve(version);
    if (!disk.isFile(file)) {
      throw new IOException(file + " is not a file");
    }
    TableMetadata metadata =
        TableMetadataParser.read(new IcebergInput(disk, file.toUri().toString(), file));
    for (StatisticsFile statistics : metadata.statisticsFiles()) {
      names.remove(fileName(statistics.path()));
    }
    for (PartitionStatisticsFile statistics : metadata.partitionStatisticsFiles()) {
      names.remove(fileName(statistics.path()));
    }
    for (Snapshot snapshot : metadata.snapshots()) {
      if (names.isEmpty()) {
        return;
      }
      String list = list(snapshot);
      names.remove(fileName(list));
      if (read.add(list)) {
        for (ManifestFile manifest : snapshot.allManifests(generation.io())) {
          names.remove(fileName(manifest.path()));
        }
      }
    }
  }

  /**
   * Takes out the data and delete files of all snapshots that the generation keeps, the current one
   * first.
   *
   * @param paths absolute ones, as the generation resolves what is recorded
   */
  void takeOutData(Set<Path> paths) throws IOException {
    TableMetadata metadata = generation.metadata();
    Snapshot current = metadata.currentSnapshot();
    if (current != null) {
      takeOutData(current, paths);
    }
    for (Snapshot snapshot : metadata.snapshots()) {
      takeOutData(snapshot, paths);
    }
  }

  private void takeOutData(Snapshot snapshot, Set<Path> paths) throws IOException {
    if (paths.isEmpty() || !read.add(list(snapshot))) {
      return;
    }
    for (ManifestFile manifest : snapshot.allManifests(generation.io())) {
      if (paths.isEmpty()) {
        return;
      }
      if (read.add(manifest.path())) {
        takeOut(manifest, paths);
      }
    }
  }

  private void takeOut(ManifestFile manifest, Set<Path> paths) throws IOException {
    boolean data = manifest.content() == ManifestContent.DATA;
    var specs = generation.metadata().specsById();
    try (ManifestReader<? extends ContentFile<?>> reader =
        data
            ? ManifestFiles.read(manifest, generation.io(), specs)
            : ManifestFiles.readDeleteManifest(manifest, generation.io(), specs)) {
      CloseableIterable<? extends ContentFile<?>> files = reader.select(LOCATION);
      for (ContentFile<?> file : files) {
        paths.remove(generation.paths().resolve(file.location()));
      }
    }
  }

  private static String list(Snapshot snapshot) throws IOException {
    String location = snapshot.manifestListLocation();
    if (location == null) {
      throw new IOException("snapshot " + snapshot.snapshotId() + " has no manifest list");
    }
    return location;
  }

  private static String fileName(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
