package dev.firn.maintenance.reconcile;

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
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Takes the data and delete files that a generation's kept snapshots name out of a set of files
 * that were found, and stops when none is left. One manifest list or one manifest is in memory at a
 * time; each is read once, however many snapshots share it.
 */
final class NamedDataFiles {
  private static final List<String> LOCATION = List.of("file_path");

  private final Generation generation;
  private final Set<String> read = new HashSet<>();

  NamedDataFiles(Generation generation) {
    this.generation = generation;
  }

  /**
   * Takes them out, those of the current snapshot first.
   *
   * @param paths absolute ones, as the generation resolves what is recorded
   * @throws IOException if something cannot be read, as a {@link RuntimeException} also says: then
   *     nothing may be concluded from what is left
   */
  void takeOutOf(Set<Path> paths) throws IOException {
    TableMetadata metadata = generation.metadata();
    Snapshot current = metadata.currentSnapshot();
    if (current != null) {
      takeOut(current, paths);
    }
    for (Snapshot snapshot : metadata.snapshots()) {
      takeOut(snapshot, paths);
    }
  }

  private void takeOut(Snapshot snapshot, Set<Path> paths) throws IOException {
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
}
