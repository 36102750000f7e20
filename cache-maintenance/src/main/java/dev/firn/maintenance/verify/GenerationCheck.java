package dev.firn.maintenance.verify;

import dev.firn.core.CacheException;
import dev.firn.core.append.ReceiptsFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationFileIO;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.read.DeletedRows;
import dev.firn.maintenance.verify.MetadataCheck.Found;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The quick check of one generation: everything from its newest metadata down to the footers of its
 * data files.
 *
 * <p>Manifests are read entry by entry; what is kept of a data file is its name.
 */
final class GenerationCheck {
  private final Disk disk;
  private final GenerationPaths paths;
  private final GenerationFileIO io;
  private final GenerationFindings findings;

  private final Set<String> seen = new HashSet<>();
  private final Set<String> manifestsSeen = new HashSet<>();
  private boolean complete = true;
  private boolean countable = true;
  private long dataFiles;
  private long deleteFiles;
  private long records;
  private long positionDeletes;
  private long bytes;

  GenerationCheck(Disk disk, Path directory, GenerationName name, GenerationFindings findings) {
    this.disk = disk;
    this.paths = new GenerationPaths(directory, name);
    this.io = new GenerationFileIO(disk, paths);
    this.findings = findings;
  }

  /**
   * What was found in a generation.
   *
   * @param readable false if rows cannot be reached, whatever the state of their files: a manifest
   *     is damaged, or a landed file, which no reader may leave out
   * @param manifests of the current snapshot, as far as they can be read
   * @param dataFiles in the current snapshot and landed
   * @param rows live rows; without deletes taken off where these cannot be read
   * @param bytes of data files
   */
  record Content(
      GenerationPaths paths,
      TableMetadata metadata,
      boolean readable,
      List<ManifestFile> manifests,
      List<LandedName> unpublished,
      long dataFiles,
      long rows,
      long bytes) {
    Content {
      manifests = List.copyOf(manifests);
      unpublished = List.copyOf(unpublished);
    }
  }

  /** Empty if no metadata can be read. */
  Optional<Content> check() throws IOException {
    Optional<Found> found = new MetadataCheck(disk, paths, findings).check();
    if (found.isEmpty()) {
      new DataDirectoryCheck(disk, paths, findings).checkWithoutMetadata();
      return Optional.empty();
    }
    TableMetadata metadata = found.get().metadata();
    Path metadataFile = found.get().file();
    ManifestCheck manifests = new ManifestCheck(disk, io, paths.metadata(), metadata, findings);
    FileCheck files = new FileCheck(disk, io, paths.data(), metadata, findings);
    List<ManifestFile> readable = new ArrayList<>();
    @Nullable Snapshot current = metadata.currentSnapshot();
    if (current != null) {
      readable = checkCurrent(current, metadataFile, manifests, files);
    }
    for (Snapshot snapshot : metadata.snapshots()) {
      if (current == null || snapshot.snapshotId() != current.snapshotId()) {
        checkOld(snapshot, manifests, files);
      }
    }
    DataDirectoryCheck directory = new DataDirectoryCheck(disk, paths, findings);
    DataDirectoryCheck.Landed landed =
        directory.check(metadata, metadataFile, files, seen, complete);
    new StatisticsFileCheck(disk, io, findings).check(metadata, metadataFile);
    checkMetadataDirectory();
    checkReceipts();
    return Optional.of(
        new Content(
            paths,
            metadata,
            complete && landed.readable(),
            readable,
            landed.unpublished(),
            dataFiles + landed.unpublished().size(),
            liveRows(found.get().newest()) + landed.rows(),
            bytes + landed.bytes()));
  }

  /** A retry that is not known again lands its rows twice. */
  private void checkReceipts() throws IOException {
    for (String name : disk.list(paths.directory())) {
      Path file = paths.directory().resolve(name);
      if (PartitionFiles.isReceipts(name)) {
        try {
          ReceiptsFile.count(file, disk.read(file));
        } catch (CacheException.Corrupt e) {
          findings.warning(
              file,
              "the receipts of exchanges that came with an id",
              String.valueOf(e.getMessage()),
              "no row is missing; an exchange that landed before the last swap would land once"
                  + " more if it is repeated under its id",
              "do not repeat exchanges that landed before the last swap");
        }
      }
    }
  }

  private List<ManifestFile> checkCurrent(
      Snapshot snapshot, Path metadataFile, ManifestCheck manifests, FileCheck files)
      throws IOException {
    List<ManifestFile> readable = new ArrayList<>();
    long recorded = SnapshotSummary.number(snapshot, "total-records");
    String all = GenerationFindings.rows(recorded) + " cannot be read";
    Optional<List<ManifestFile>> list = list(snapshot, all, recorded);
    complete = list.isPresent();
    boolean hasDeletes =
        list.orElse(List.of()).stream().anyMatch(m -> m.content() == ManifestContent.DELETES);
    DeleteReferences references = new DeleteReferences(paths);
    for (ManifestFile manifest : list.orElse(List.of())) {
      manifestsSeen.add(manifest.path());
      boolean whole =
          manifests.check(
              manifest,
              lost(manifest),
              file -> {
                checkLive(file, files);
                if (hasDeletes) {
                  references.add(file);
                }
              });
      if (whole) {
        readable.add(manifest);
      } else {
        complete = false;
      }
    }
    references.check(findings);
    if (complete) {
      compare(metadataFile, snapshot, "total-data-files", dataFiles, "live data files");
      compare(metadataFile, snapshot, "total-records", records, "rows in live data files");
      compare(metadataFile, snapshot, "total-delete-files", deleteFiles, "delete files");
      compare(
          metadataFile, snapshot, "total-position-deletes", positionDeletes, "deleted positions");
    }
    return readable;
  }

  private void checkLive(ContentFile<?> file, FileCheck files) throws IOException {
    String name =
        file instanceof DeleteFile delete
            ? file.location() + "@" + delete.contentOffset()
            : file.location();
    if (!seen.add(name)) {
      findings.damage(
          paths.metadata(),
          "every file once in the current snapshot",
          file.location() + " twice",
          GenerationFindings.rows(file.recordCount()) + " are read twice",
          file.recordCount(),
          GenerationFindings.RESTORE);
    }
    if (file.content() == FileContent.DATA) {
      dataFiles++;
      records += file.recordCount();
      bytes += file.fileSizeInBytes();
    } else {
      deleteFiles++;
      positionDeletes += file.content() == FileContent.POSITION_DELETES ? file.recordCount() : 0;
    }
    boolean readable = files.check(file).isPresent();
    countable &= readable || file.content() == FileContent.DATA;
  }

  /** Snapshots that are kept beside the current one. */
  private void checkOld(Snapshot snapshot, ManifestCheck manifests, FileCheck files)
      throws IOException {
    String consequence =
        "no live row is affected; snapshot "
            + snapshot.snapshotId()
            + " of "
            + Instant.ofEpochMilli(snapshot.timestampMillis())
            + " cannot be read";
    Optional<List<ManifestFile>> list = list(snapshot, consequence, 0);
    for (ManifestFile manifest : list.orElse(List.of())) {
      if (manifestsSeen.add(manifest.path())) {
        manifests.check(
            manifest,
            consequence,
            file -> {
              if (seen.add(file.location())) {
                files.find(file, consequence, 0);
              }
            });
      }
    }
  }

  private Optional<List<ManifestFile>> list(Snapshot snapshot, String consequence, long rows) {
    Path path = paths.metadata();
    try {
      if (snapshot.manifestListLocation() != null) {
        path = io.resolve(snapshot.manifestListLocation());
        new ManifestListHeader(io).check(snapshot);
      }
      return Optional.of(snapshot.allManifests(io));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      findings.damage(
          path,
          "a readable manifest list of snapshot " + snapshot.snapshotId(),
          Findings.why(e),
          consequence,
          rows,
          GenerationFindings.RESTORE);
      return Optional.empty();
    }
  }

  private static String lost(ManifestFile manifest) {
    @Nullable Long added = manifest.addedRowsCount();
    @Nullable Long existing = manifest.existingRowsCount();
    long rows = added == null || existing == null ? -1 : added + existing;
    return switch (manifest.content()) {
      case DATA -> GenerationFindings.rows(rows) + " cannot be read";
      case DELETES -> "no row of the files that its deletes apply to can be read";
    };
  }

  private void compare(Path metadataFile, Snapshot snapshot, String key, long found, String what) {
    long recorded = SnapshotSummary.number(snapshot, key);
    if (recorded >= 0 && recorded != found) {
      findings.damage(
          metadataFile,
          recorded + " " + what + ", as the snapshot's " + key + " says",
          found + " in its manifests",
          "files are missing from the manifest list, or a count is wrong",
          GenerationFindings.RESTORE);
    }
  }

  private long liveRows(boolean newest) {
    if (deleteFiles == 0 || !newest || !countable || !complete) {
      return records;
    }
    try {
      Generation generation = Generation.load(disk, paths.directory(), paths.name());
      DeletedRows deleted = new DeletedRows(generation);
      long rows = 0;
      for (FileScanTask task : generation.liveFiles()) {
        rows += deleted.liveRows(task);
      }
      return rows;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return records; // what cannot be read has been reported
    }
  }

  private void checkMetadataDirectory() throws IOException {
    List<String> names;
    try {
      names = disk.list(paths.metadata());
    } catch (NoSuchFileException e) {
      return;
    }
    long litter = names.stream().filter(DurableFiles::isTemporary).count();
    if (litter > 0) {
      findings.note(
          paths.metadata(),
          Findings.counted(litter, "temporary name") + " of interrupted writes",
          "none for the rows; a later publish removes them");
    }
  }
}
