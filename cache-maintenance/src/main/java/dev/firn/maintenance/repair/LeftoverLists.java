package dev.firn.maintenance.repair;

import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.MetadataVersions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;

/** Manifest lists that no readable metadata of a generation names, and what they lead to. */
final class LeftoverLists {
  private final Disk disk;
  private final Generation older;

  /**
   * @param older the newest version that can be read
   */
  LeftoverLists(Disk disk, Generation older) {
    this.disk = disk;
    this.older = older;
  }

  /**
   * The live files of a snapshot.
   *
   * @param rows of each data file, by location
   * @param deletes location and offset of each delete file
   */
  record Content(Map<String, Long> rows, Set<String> deletes) {
    Content {
      rows = Map.copyOf(rows);
      deletes = Set.copyOf(deletes);
    }
  }

  /**
   * Names of manifest lists among {@code files} that no version below {@code torn} names.
   *
   * @throws IOException if one of these versions cannot be read, so that it cannot be told
   */
  List<String> unnamed(List<String> files, int torn) throws IOException {
    Set<String> named = new HashSet<>();
    for (String file : files) {
      OptionalInt version = MetadataVersions.parse(file);
      if (version.isPresent() && version.getAsInt() < torn) {
        Generation generation =
            Generation.loadVersion(disk, older.directory(), older.name(), version.getAsInt());
        for (Snapshot snapshot : generation.metadata().snapshots()) {
          String list = snapshot.manifestListLocation();
          if (list != null) {
            named.add(list.substring(list.lastIndexOf('/') + 1));
          }
        }
      }
    }
    List<String> unnamed = new ArrayList<>();
    for (String file : files) {
      if (MetadataFallback.isList(file) && !named.contains(file)) {
        unnamed.add(file);
      }
    }
    return unnamed;
  }

  /** What a manifest list leads to. */
  Content read(String list, String snapshotId) throws IOException {
    return read(
        SnapshotParser.fromJson(
            "{\"snapshot-id\": "
                + snapshotId
                + ", \"sequence-number\": "
                + (older.metadata().lastSequenceNumber() + 1)
                + ", \"timestamp-ms\": 0, \"summary\": {\"operation\": \"append\"}"
                + ", \"manifest-list\": \""
                + older.metadata().location()
                + "/metadata/"
                + list
                + "\"}"));
  }

  /** What the current snapshot of the newest readable version leads to. */
  Content current() throws IOException {
    Snapshot snapshot = older.metadata().currentSnapshot();
    return snapshot == null ? new Content(Map.of(), Set.of()) : read(snapshot);
  }

  private Content read(Snapshot snapshot) throws IOException {
    Map<String, Long> rows = new HashMap<>();
    Set<String> deletes = new HashSet<>();
    for (ManifestFile manifest : snapshot.dataManifests(older.io())) {
      try (ManifestReader<DataFile> reader =
          ManifestFiles.read(manifest, older.io(), older.metadata().specsById())) {
        reader.forEach(file -> rows.put(file.location(), file.recordCount()));
      }
    }
    for (ManifestFile manifest : snapshot.deleteManifests(older.io())) {
      try (ManifestReader<DeleteFile> reader =
          ManifestFiles.readDeleteManifest(manifest, older.io(), older.metadata().specsById())) {
        reader.forEach(file -> deletes.add(name(file)));
      }
    }
    return new Content(rows, deletes);
  }

  private static String name(DeleteFile file) {
    return file.location() + "@" + file.contentOffset();
  }
}
