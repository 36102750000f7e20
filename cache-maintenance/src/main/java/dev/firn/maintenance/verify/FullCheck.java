package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.GenerationFileIO;
import dev.firn.core.layout.LandedName;
import dev.firn.maintenance.verify.FileDecoder.Decoded;
import dev.firn.maintenance.verify.GenerationCheck.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The full check of one generation, after the quick one: every page of every data file and delete
 * file is decoded, and what is in them compared with footers and manifests.
 *
 * <p>Memory does not grow with the files: see {@link FileDecoder}. Of the current snapshot the rows
 * of each data file are kept, by its name, where deletion vectors need them.
 */
final class FullCheck {
  private final Disk disk;
  private final Content content;
  private final GenerationFindings findings;
  private final GenerationFileIO io;
  private final LongConsumer progress;
  private long withoutChecksums;
  private long files;

  /**
   * @param progress is told bytes of data files as they are read
   */
  FullCheck(Disk disk, Content content, GenerationFindings findings, LongConsumer progress) {
    this.disk = disk;
    this.content = content;
    this.findings = findings;
    this.io = new GenerationFileIO(disk, content.paths());
    this.progress = progress;
  }

  void check() throws IOException {
    ManifestCheck manifests =
        new ManifestCheck(disk, io, content.paths().metadata(), content.metadata(), findings);
    List<DeleteFile> vectors = new ArrayList<>();
    Map<String, Long> rows = new HashMap<>();
    try (FileDecoder decoder = new FileDecoder()) {
      boolean deletes =
          content.manifests().stream().anyMatch(m -> m.content() == ManifestContent.DELETES);
      for (ManifestFile manifest : content.manifests()) {
        manifests.forEach(
            manifest,
            file -> {
              if (file instanceof DeleteFile delete && file.format() == FileFormat.PUFFIN) {
                vectors.add(delete.copyWithoutStats());
              } else if (file.format() == FileFormat.PARQUET) {
                check(decoder, file);
              }
              if (deletes && file.content() == FileContent.DATA) {
                rows.put(file.location(), file.recordCount());
              }
            });
      }
      for (LandedName landed : content.unpublished()) {
        decode(decoder, content.paths().data().resolve(landed.format()), -1);
      }
    }
    for (DeleteFile vector : vectors) {
      check(vector, rows.get(vector.referencedDataFile()));
    }
    if (withoutChecksums > 0) {
      findings.note(
          content.paths().data(),
          withoutChecksums + " of " + files + " files without a checksum on every page",
          "a changed value that still decodes cannot be seen in them");
    }
  }

  private void check(FileDecoder decoder, ContentFile<?> file) throws IOException {
    Path path;
    try {
      path = io.resolve(file.location());
    } catch (IOException e) {
      return; // reported by the quick check
    }
    Optional<Decoded> decoded = decode(decoder, path, file.recordCount());
    if (decoded.isPresent() && file.content() == FileContent.DATA) {
      new StatisticsCheck(content.metadata().schema(), content.metadata().specsById())
          .check(
              file,
              decoded.get(),
              (expected, found) ->
                  findings.damage(
                      path,
                      expected + ", as its manifest says",
                      found,
                      "a query may leave its "
                          + GenerationFindings.rows(file.recordCount())
                          + " out",
                      file.recordCount(),
                      "rewrite the partition: firn query maintain --force"));
    }
  }

  /** Decodes a file; empty if its footer cannot be read, which the quick check has reported. */
  private Optional<Decoded> decode(FileDecoder decoder, Path path, long rows) throws IOException {
    Optional<FileStat> stat = disk.stat(path);
    if (stat.isEmpty() || !stat.get().isFile()) {
      return Optional.empty();
    }
    ParquetFile file;
    try {
      file = ParquetFile.read(disk, path);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
    long affected = rows < 0 ? file.rows() : rows;
    long[] left = {stat.get().sizeBytes()};
    Decoded decoded =
        decoder.decode(
            file,
            (column, found) ->
                findings.damage(
                    path,
                    "column " + column + " that decodes to what its footer says",
                    found,
                    GenerationFindings.rows(affected) + " cannot be read whole",
                    affected,
                    GenerationFindings.RESTORE),
            bytes -> {
              left[0] -= bytes;
              progress.accept(bytes);
            });
    progress.accept(left[0]); // the footer, and what stands between
    files++;
    withoutChecksums += decoded.checksums() ? 0 : 1;
    return Optional.of(decoded);
  }

  /**
   * @param rows of the data file that it applies to; null if that is not in the snapshot
   */
  private void check(DeleteFile vector, @Nullable Long rows) throws IOException {
    Path path;
    try {
      path = io.resolve(vector.location());
      if (!disk.stat(path).map(FileStat::isFile).orElse(false)) {
        return;
      }
    } catch (IOException e) {
      return;
    }
    try {
      PositionDeleteIndex index = PositionDeleteIndex.deserialize(blob(vector), vector);
      if (index.cardinality() != vector.recordCount()) {
        throw new IOException(index.cardinality() + " positions");
      }
      long[] last = {-1};
      index.forEach(position -> last[0] = Math.max(last[0], position));
      if (rows != null && last[0] >= rows) {
        throw new IOException("position " + last[0] + " in a file of " + rows + " rows");
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      findings.damage(
          path,
          "a deletion vector of " + vector.recordCount() + " positions",
          Findings.why(e),
          FileCheck.lost(vector),
          vector.recordCount(),
          GenerationFindings.RESTORE);
    }
  }

  private byte[] blob(DeleteFile vector) throws IOException {
    InputFile file = io.newInputFile(vector.location());
    long offset = Objects.requireNonNull(vector.contentOffset(), "content offset");
    long size = Objects.requireNonNull(vector.contentSizeInBytes(), "content size");
    if (offset < 0 || size < 0 || size > Integer.MAX_VALUE || offset + size > file.getLength()) {
      throw new IOException(
          size + " bytes at " + offset + " of a file of " + file.getLength() + " bytes");
    }
    byte[] bytes = new byte[(int) size];
    try (SeekableInputStream stream = file.newStream()) {
      stream.seek(offset);
      IOUtil.readFully(stream, bytes, 0, bytes.length);
    }
    return bytes;
  }
}
