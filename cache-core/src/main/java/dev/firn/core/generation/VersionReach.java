package dev.firn.core.generation;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.IcebergInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;

/**
 * Which files in {@code metadata/} the versions of a generation lead to: the manifest lists of
 * their snapshots, the manifests of these, and files of statistics.
 *
 * <p>Neighbouring versions share most of their snapshots, so each list is read once, by the first
 * version that names it. One version and one list are in memory at a time.
 */
public final class VersionReach {
  private final Disk disk;
  private final Generation generation;
  private final Set<String> lists = new HashSet<>();

  public VersionReach(Disk disk, Generation generation) {
    this.disk = disk;
    this.generation = generation;
  }

  /**
   * Adds the names of the files that a version leads to, but for the manifests of lists that an
   * earlier call has read, which that one has added.
   *
   * @param version the file name of one that need not be a version of ours
   * @throws IOException if it or one of its manifest lists cannot be read: then names are missing,
   *     and nothing may be concluded from that
   */
  public void addTo(Set<String> names, String version) throws IOException {
    Path file = generation.paths().metadata().resolve(version);
    if (!disk.isFile(file)) {
      throw new Corrupt(file, "a file", "something else");
    }
    try {
      TableMetadata metadata =
          TableMetadataParser.read(new IcebergInput(disk, file.toUri().toString(), file));
      metadata.statisticsFiles().forEach(found -> names.add(fileName(found.path())));
      metadata.partitionStatisticsFiles().forEach(found -> names.add(fileName(found.path())));
      for (Snapshot snapshot : metadata.snapshots()) {
        addTo(names, file, snapshot);
      }
    } catch (RuntimeException e) {
      throw new Corrupt(file, "metadata whose manifest lists can be read", DiskReason.of(e), e);
    }
  }

  private void addTo(Set<String> names, Path version, Snapshot snapshot) throws IOException {
    String list = snapshot.manifestListLocation();
    if (list == null) {
      throw new Corrupt(
          version, "a manifest list of each snapshot", "none of " + snapshot.snapshotId());
    }
    names.add(fileName(list));
    if (!lists.contains(list)) {
      for (ManifestFile manifest : snapshot.allManifests(generation.io())) {
        names.add(fileName(manifest.path()));
      }
      lists.add(list);
    }
  }

  private static String fileName(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
