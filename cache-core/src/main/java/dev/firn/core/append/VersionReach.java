package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.generation.Generation;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;

/**
 * Which files in {@code metadata/} a version leads to: the manifest lists of its snapshots, their
 * manifests, and files of statistics. Neighbouring versions share most of their snapshots; each
 * list is read once.
 */
final class VersionReach {
  private final Disk disk;
  private final Generation generation;
  private final Map<String, Optional<Set<String>>> lists = new HashMap<>();

  VersionReach(Disk disk, Generation generation) {
    this.disk = disk;
    this.generation = generation;
  }

  /** File names; empty if the version or one of its manifest lists cannot be read. */
  Optional<Set<String>> find(String version) {
    Path file = generation.paths().metadata().resolve(version);
    TableMetadata metadata;
    try {
      metadata = TableMetadataParser.read(new IcebergInput(disk, file.toUri().toString(), file));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
    Set<String> names = new HashSet<>();
    for (Snapshot snapshot : metadata.snapshots()) {
      String location = snapshot.manifestListLocation();
      if (location == null) {
        return Optional.empty();
      }
      Optional<Set<String>> manifests =
          lists.computeIfAbsent(fileName(location), list -> manifests(snapshot));
      if (manifests.isEmpty()) {
        return Optional.empty();
      }
      names.add(fileName(location));
      names.addAll(manifests.get());
    }
    metadata.statisticsFiles().forEach(found -> names.add(fileName(found.path())));
    metadata.partitionStatisticsFiles().forEach(found -> names.add(fileName(found.path())));
    return Optional.of(names);
  }

  private Optional<Set<String>> manifests(Snapshot snapshot) {
    Set<String> names = new HashSet<>();
    try {
      for (ManifestFile manifest : snapshot.allManifests(generation.io())) {
        names.add(fileName(manifest.path()));
      }
    } catch (RuntimeException e) {
      return Optional.empty();
    }
    return Optional.of(names);
  }

  private static String fileName(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
