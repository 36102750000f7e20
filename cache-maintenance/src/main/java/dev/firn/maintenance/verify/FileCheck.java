package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.GenerationFileIO;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** One data or delete file that a manifest names: there, whole, and with a footer that agrees. */
final class FileCheck {
  private final Disk disk;
  private final GenerationFileIO io;
  private final Path folder;
  private final TableMetadata metadata;
  private final GenerationFindings findings;

  /**
   * @param folder the generation's {@code data/}, named for a file that lies elsewhere
   */
  FileCheck(
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

  /**
   * Checks a file of the current snapshot.
   *
   * @return where it is, if it can be read
   */
  Optional<Path> check(ContentFile<?> file) throws IOException {
    Optional<Path> path = find(file, lost(file), file.recordCount());
    if (path.isEmpty()) {
      return path;
    }
    if (file.format() == FileFormat.PUFFIN) {
      return checkPuffin(file, path.get()) ? path : Optional.empty();
    }
    if (file.format() != FileFormat.PARQUET) {
      findings.damage(
          path.get(),
          "a Parquet file",
          "format " + file.format(),
          lost(file),
          file.recordCount(),
          "rewrite it as Parquet with the program that wrote it");
      return Optional.empty();
    }
    ParquetFile parquet;
    try {
      parquet = ParquetFile.read(disk, path.get());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      findings.damage(
          path.get(),
          "a readable Parquet footer",
          Findings.why(e),
          lost(file),
          file.recordCount(),
          GenerationFindings.RESTORE);
      return Optional.empty();
    }
    if (parquet.rows() != file.recordCount()) {
      findings.damage(
          path.get(),
          file.recordCount() + " rows, as its manifest says",
          parquet.rows() + " rows in the footer",
          "rows are missing or wrong in counts, or a manifest is damaged",
          Math.abs(parquet.rows() - file.recordCount()),
          GenerationFindings.RESTORE);
    }
    checkBeginning(parquet, path.get());
    checkSplits(file, parquet, path.get());
    checkColumns(file, parquet, path.get());
    return path;
  }

  /** Checks that a file is there, whole and inside the generation; where it is if so. */
  Optional<Path> find(ContentFile<?> file, String consequence, long rows) throws IOException {
    Path path;
    try {
      path = io.resolve(file.location());
    } catch (IOException e) {
      findings.damage(
          folder,
          "a data file in this generation",
          Findings.why(e),
          consequence + "; the location is not followed",
          rows,
          GenerationFindings.RESTORE);
      return Optional.empty();
    }
    Optional<FileStat> stat = disk.stat(path);
    String expected = "a file of " + file.fileSizeInBytes() + " bytes";
    if (stat.isEmpty() || !stat.get().isFile()) {
      String found = stat.isEmpty() ? "nothing" : "no regular file";
      findings.damage(path, expected, found, consequence, rows, GenerationFindings.RESTORE);
      return Optional.empty();
    }
    if (stat.get().sizeBytes() != file.fileSizeInBytes()) {
      String found = stat.get().sizeBytes() + " bytes";
      findings.damage(
          path,
          expected,
          found,
          "it is not what was written; at worst " + consequence,
          rows,
          GenerationFindings.RESTORE);
    }
    return Optional.of(path);
  }

  /** What it means that a file cannot be read. */
  static String lost(ContentFile<?> file) {
    return file.content() == FileContent.DATA
        ? GenerationFindings.rows(file.recordCount()) + " cannot be read"
        : "the files that it applies to cannot be read; without it up to "
            + GenerationFindings.rows(file.recordCount())
            + " that were deleted would come back";
  }

  private boolean checkPuffin(ContentFile<?> file, Path path) {
    try (PuffinReader reader = Puffin.read(io.newInputFile(file.location())).build()) {
      boolean there =
          reader.fileMetadata().blobs().stream()
              .anyMatch(
                  blob ->
                      file instanceof DeleteFile delete
                          && Long.valueOf(blob.offset()).equals(delete.contentOffset())
                          && Long.valueOf(blob.length()).equals(delete.contentSizeInBytes()));
      if (!there) {
        throw new IOException("no vector where its manifest says");
      }
      return true;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      findings.damage(
          path,
          "a readable Puffin file with the deletion vector",
          Findings.why(e),
          lost(file),
          file.recordCount(),
          GenerationFindings.RESTORE);
      return false;
    }
  }

  private void checkColumns(ContentFile<?> file, ParquetFile parquet, Path path) {
    Set<Integer> ids = new HashSet<>();
    for (ParquetFile.Leaf leaf : parquet.leaves()) {
      if (leaf.id() == null) {
        continue;
      }
      ids.add(leaf.id());
      if (leaf.isPlain()) {
        compare(path, "values", leaf.name(), get(file.valueCounts(), leaf.id()), leaf.values());
        compare(path, "nulls", leaf.name(), get(file.nullValueCounts(), leaf.id()), leaf.nulls());
      }
    }
    if (file.content() != FileContent.DATA) {
      return;
    }
    checkNames(parquet, path);
    if (file.valueCounts() == null || ids.isEmpty()) {
      return;
    }
    for (Integer id : file.valueCounts().keySet()) {
      Types.@Nullable NestedField field = metadata.schema().findField(id);
      if (field != null && field.type().isPrimitiveType() && !ids.contains(id)) {
        findings.damage(
            path,
            "column "
                + field.name()
                + " with field id "
                + id
                + ", of which its manifest counts values",
            "none with that id",
            "its values are read as null in " + GenerationFindings.rows(file.recordCount()),
            file.recordCount(),
            GenerationFindings.RESTORE);
      }
    }
  }

  /** Engines divide a file where its manifest says that row groups begin. */
  private void checkSplits(ContentFile<?> file, ParquetFile parquet, Path path) {
    List<Long> recorded = file.splitOffsets();
    List<Long> starts = parquet.rowGroups().stream().map(BlockMetaData::getStartingPos).toList();
    if (recorded != null && !starts.containsAll(recorded)) {
      findings.warning(
          path,
          "row groups that begin at " + recorded + ", as its manifest says",
          "at " + starts,
          "Firn does not use it; an engine that divides the file may read rows twice or not at all",
          "rewrite the partition: firn query maintain --force");
    }
  }

  /** Reports a file that does not begin as Parquet files do. */
  void checkBeginning(ParquetFile parquet, Path path) {
    if (!parquet.beginsAsParquet()) {
      findings.damage(
          path,
          "PAR1 at its beginning",
          "something else",
          "Firn reads its rows, other engines may refuse the file",
          0,
          GenerationFindings.RESTORE);
    }
  }

  /** Reports columns that have the name of a column of the table and not its id. */
  void checkNames(ParquetFile parquet, Path path) {
    for (Type column : parquet.columns()) {
      Types.@Nullable NestedField field = metadata.schema().findField(column.getName());
      if (column.getId() == null || field == null) {
        continue;
      }
      int id = column.getId().intValue();
      if (field.fieldId() != id && metadata.schemas().stream().noneMatch(s -> is(s, id, column))) {
        findings.warning(
            path,
            "column " + column.getName() + " with field id " + field.fieldId(),
            "field id " + id,
            "if it was not replaced by another column of that name, its values are read as null",
            GenerationFindings.RESTORE);
      }
    }
  }

  private static boolean is(Schema schema, int id, Type column) {
    Types.@Nullable NestedField field = schema.findField(id);
    return field != null && field.name().equals(column.getName());
  }

  private void compare(
      Path path, String what, String column, @Nullable Long recorded, long footer) {
    if (recorded != null && footer >= 0 && recorded != footer) {
      findings.damage(
          path,
          recorded + " " + what + " in column " + column + ", as its manifest says",
          footer + " in the footer",
          "a query may leave its rows out",
          GenerationFindings.RESTORE);
    }
  }

  private static @Nullable Long get(@Nullable Map<Integer, Long> counts, int id) {
    return counts == null ? null : counts.get(id);
  }
}
