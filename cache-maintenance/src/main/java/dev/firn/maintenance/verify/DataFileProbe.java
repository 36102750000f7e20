package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a data file can be read, for those who are to do without it if it cannot. */
public final class DataFileProbe {
  private final ReadOnlyDisk disk;

  public DataFileProbe(Disk disk) {
    this.disk = new ReadOnlyDisk(disk);
  }

  /** True if the disk refused to read something that is there: then no file is to be blamed. */
  public boolean refused() {
    return disk.refused();
  }

  /** True if there is no such file. */
  public boolean isMissing(Path file) throws IOException {
    return disk.stat(file).isEmpty();
  }

  /** Rows in its footer; empty if that cannot be read. */
  public Optional<Long> rows(Path file) {
    try {
      return Optional.of(ParquetFile.read(disk, file).rows());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return Optional.empty();
    }
  }

  /**
   * Why a Parquet file cannot be read whole; empty if it can.
   *
   * @param decode look at every page, not at the footer alone
   */
  public Optional<String> trouble(Path file, boolean decode) throws IOException {
    if (!disk.stat(file).map(FileStat::isFile).orElse(true)) {
      return Optional.empty(); // a link or directory is somebody's doing, no damaged file
    }
    ParquetFile parquet;
    try {
      parquet = ParquetFile.read(disk, file);
    } catch (IOException | RuntimeException e) {
      return Optional.of("its footer cannot be read: " + Findings.why(e));
    } catch (OutOfMemoryError e) {
      return Optional.empty(); // more memory may tell
    }
    if (!decode) {
      return Optional.empty();
    }
    List<String> complaints = new ArrayList<>();
    try (FileDecoder decoder = new FileDecoder()) {
      decoder.decode(
          parquet, (column, found) -> complaints.add("column " + column + ", " + found), b -> {});
    }
    return complaints.stream()
        .filter(complaint -> !complaint.contains("Java needs more"))
        .findFirst();
  }
}
