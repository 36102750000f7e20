package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.GenerationFileIO;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.BlobMetadata;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;

/**
 * The files of statistics that a generation's metadata names: there, of the recorded size, and with
 * a footer that says what the metadata says of it. No row depends on them.
 */
final class StatisticsFileCheck {
  private static final String CONSEQUENCE =
      "no row is affected; engines plan queries without these statistics, or fail to plan";
  private static final String ADVICE =
      GenerationFindings.RESTORE + ", or let the next compaction write others";

  private final Disk disk;
  private final GenerationFileIO io;
  private final GenerationFindings findings;

  StatisticsFileCheck(Disk disk, GenerationFileIO io, GenerationFindings findings) {
    this.disk = disk;
    this.io = io;
    this.findings = findings;
  }

  /**
   * @param metadataFile of {@code metadata}
   */
  void check(TableMetadata metadata, Path metadataFile) throws IOException {
    for (StatisticsFile file : metadata.statisticsFiles()) {
      Path path;
      try {
        path = io.resolve(file.path());
      } catch (IOException e) {
        warn(metadataFile, "statistics in this generation", Findings.why(e));
        continue;
      }
      check(file, path);
    }
  }

  private void check(StatisticsFile file, Path path) throws IOException {
    String expected = "statistics of " + file.fileSizeInBytes() + " bytes";
    Optional<FileStat> stat = disk.stat(path);
    if (stat.isEmpty() || !stat.get().isFile()) {
      warn(path, expected, "no file");
      return;
    }
    if (stat.get().sizeBytes() != file.fileSizeInBytes()) {
      warn(path, expected, stat.get().sizeBytes() + " bytes");
      return;
    }
    try (PuffinReader reader =
        Puffin.read(io.newInputFile(file.path()))
            .withFileSize(file.fileSizeInBytes())
            .withFooterSize(file.fileFooterSizeInBytes())
            .build()) {
      List<BlobMetadata> found =
          reader.fileMetadata().blobs().stream()
              .<BlobMetadata>map(GenericBlobMetadata::from)
              .toList();
      if (!found.equals(file.blobMetadata())) {
        warn(path, "the statistics that the table's metadata names", "others");
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      warn(path, "a readable Puffin footer", Findings.why(e));
    }
  }

  private void warn(Path path, String expected, String found) {
    findings.warning(path, expected, found, CONSEQUENCE, ADVICE);
  }
}
