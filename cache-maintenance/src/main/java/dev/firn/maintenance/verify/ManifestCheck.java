package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.GenerationFileIO;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Reads manifests, entry by entry, and compares each with what its manifest list and the table's
 * metadata say of it.
 */
final class ManifestCheck {
  private final Disk disk;
  private final GenerationFileIO io;
  private final Path folder;
  private final TableMetadata metadata;
  private final GenerationFindings findings;

  /**
   * @param folder the generation's {@code metadata/}, named for a manifest that lies elsewhere
   */
  ManifestCheck(
      Disk disk,
      GenerationFileIO io,
      Path folder,
      TableMetadata metadata,
      GenerationFindings findings) {
    this.disk = disk;
    this.io = io;
    this.folder = folder;
    this.metadata = metadata;
    this.findings = findings;
  }

  /** Takes the live entries of a manifest. */
  interface Entries {
    void accept(ContentFile<?> file) throws IOException;
  }

  /** What a manifest holds. */
  private static final class Tally {
    private long files;
    private long rows;
    private long leastSequence = Long.MAX_VALUE;
    private long greatestSequence;
    private final @Nullable PartitionSummaries tuples;

    Tally(@Nullable PartitionSpec spec) {
      this.tuples = spec == null ? null : new PartitionSummaries(spec);
    }
  }

  /**
   * Gives every live entry of a manifest and reports what is wrong with it.
   *
   * @param consequence what it means if it cannot be read
   * @return false if not all entries could be read
   */
  boolean check(ManifestFile manifest, String consequence, Entries entries) throws IOException {
    Path path;
    try {
      path = io.resolve(manifest.path());
    } catch (IOException e) {
      damage(folder, "a manifest in this generation", Findings.why(e), consequence);
      return false;
    }
    Optional<FileStat> stat = disk.stat(path);
    if (stat.isEmpty() || !stat.get().isFile()) {
      damage(path, "a manifest of " + manifest.length() + " bytes", "no file", consequence);
      return false;
    }
    if (stat.get().sizeBytes() != manifest.length()) {
      damage(
          path,
          "a manifest of " + manifest.length() + " bytes",
          stat.get().sizeBytes() + " bytes",
          consequence);
    }
    Tally tally = new Tally(metadata.specsById().get(manifest.partitionSpecId()));
    try {
      read(manifest, tally, entries);
    } catch (EntryFailure e) {
      throw e.cause;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      damage(path, "a readable manifest", Findings.why(e), consequence);
      return false;
    }
    checkSchema(manifest, path);
    compare(manifest, path, tally);
    return true;
  }

  /** Gives the live entries of a manifest that was checked before. */
  void forEach(ManifestFile manifest, Entries entries) throws IOException {
    try {
      read(manifest, new Tally(null), entries);
    } catch (EntryFailure e) {
      throw e.cause;
    } catch (RuntimeException | OutOfMemoryError e) {
      return; // reported by the check
    }
  }

  /** Tells a failure of whoever takes the entries from one of the manifest. */
  private static final class EntryFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient IOException cause;

    EntryFailure(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private void read(ManifestFile manifest, Tally tally, Entries entries) throws IOException {
    Map<Integer, PartitionSpec> specs = metadata.specsById();
    try (ManifestReader<? extends ContentFile<?>> reader =
        manifest.content() == ManifestContent.DATA
            ? ManifestFiles.read(manifest, io, specs)
            : ManifestFiles.readDeleteManifest(manifest, io, specs)) {
      for (ContentFile<?> file : reader) {
        tally.files++;
        tally.rows += file.recordCount();
        if (tally.tuples != null) {
          tally.tuples.add(file.partition());
        }
        @Nullable Long sequence = file.dataSequenceNumber();
        if (sequence != null) {
          tally.leastSequence = Math.min(tally.leastSequence, sequence);
          tally.greatestSequence = Math.max(tally.greatestSequence, sequence);
        }
        try {
          entries.accept(file);
        } catch (IOException e) {
          throw new EntryFailure(e);
        }
      }
    }
  }

  /** A manifest carries the schema that it was written with. */
  private void checkSchema(ManifestFile manifest, Path path) {
    Schema written;
    try (DataFileStream<GenericRecord> stream =
        new DataFileStream<>(
            io.newInputFile(manifest.path()).newStream(), new GenericDatumReader<>())) {
      String json = stream.getMetaString("schema");
      if (json == null) {
        return;
      }
      written = SchemaParser.fromJson(json);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      damage(
          path,
          "a header with the schema that it was written with",
          Findings.why(e),
          "engines that need the header cannot read what it names");
      return;
    }
    Schema known = metadata.schemasById().get(written.schemaId());
    if (known != null && !written.sameSchema(known)) {
      damage(
          path,
          "schema " + known.schemaId() + " as in the table's metadata",
          "another",
          "one of the two is damaged: columns may be read under a wrong name, or not at all");
    }
  }

  private void compare(ManifestFile manifest, Path path, Tally tally) {
    String lists = "files or rows of it are missing, or its manifest list is damaged";
    @Nullable Integer added = manifest.addedFilesCount();
    @Nullable Integer existing = manifest.existingFilesCount();
    if (added != null && existing != null && added + existing != tally.files) {
      damage(path, added + existing + " live files", tally.files + "", lists);
    }
    @Nullable Long addedRows = manifest.addedRowsCount();
    @Nullable Long existingRows = manifest.existingRowsCount();
    if (addedRows != null && existingRows != null && addedRows + existingRows != tally.rows) {
      damage(path, addedRows + existingRows + " rows in live files", tally.rows + "", lists);
    }
    if (tally.tuples != null) {
      tally.tuples.compare(
          manifest,
          (expected, found) ->
              damage(path, expected, found, "a query may leave the whole manifest out"));
    }
    String deletes = "deletes may apply to files that they are not for, or not to those they are";
    if (manifest.sequenceNumber() > metadata.lastSequenceNumber()) {
      damage(
          path,
          "a sequence number up to " + metadata.lastSequenceNumber(),
          manifest.sequenceNumber() + "",
          deletes);
    }
    @Nullable Snapshot snapshot =
        manifest.snapshotId() == null ? null : metadata.snapshot(manifest.snapshotId());
    if (snapshot != null && snapshot.sequenceNumber() != manifest.sequenceNumber()) {
      damage(
          path,
          "sequence number " + snapshot.sequenceNumber() + " of the snapshot that added it",
          manifest.sequenceNumber() + "",
          deletes);
    }
    if (tally.files > 0
        && (tally.leastSequence < manifest.minSequenceNumber()
            || tally.greatestSequence > manifest.sequenceNumber())) {
      damage(
          path,
          "sequence numbers from "
              + manifest.minSequenceNumber()
              + " to "
              + manifest.sequenceNumber(),
          tally.leastSequence + " to " + tally.greatestSequence,
          deletes);
    }
  }

  private void damage(Path path, String expected, String found, String consequence) {
    findings.damage(path, expected, found, consequence, GenerationFindings.RESTORE);
  }
}
