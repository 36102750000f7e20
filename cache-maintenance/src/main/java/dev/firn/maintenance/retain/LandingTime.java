package dev.firn.maintenance.retain;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.layout.SettledName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.jspecify.annotations.Nullable;

/**
 * By when all rows of a data file had landed, for tables whose rows say nothing of their time.
 *
 * <p>A rewrite notes the latest such time of its inputs in the footer of each output, so that it
 * survives rewrites, links and copies. Of any other file it is the modification time: a hard link
 * keeps it, and a copy that does not makes it later. So the time is never too early, and no row
 * goes too soon; it may go later, with the newest row that shares its file.
 */
public final class LandingTime {
  /** Key in the footer of a rewritten file; the value is an ISO time. */
  public static final String PROPERTY = "firn.landed-until";

  private static final ParquetReadOptions OPTIONS =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

  private LandingTime() {}

  /**
   * @throws Corrupt if the file is not there, or its footer cannot be read
   */
  public static Instant of(Disk disk, Path file) throws IOException {
    Instant modified =
        disk.stat(file)
            .map(FileStat::modified)
            .orElseThrow(() -> new Corrupt(file, "a data file", "nothing"));
    if (!SettledName.isRewritten(String.valueOf(file.getFileName()))) {
      return modified;
    }
    Map<String, String> properties;
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(disk, file), OPTIONS)) {
      properties = reader.getFileMetaData().getKeyValueMetaData();
    } catch (RuntimeException e) {
      throw new Corrupt(file, "a readable Parquet footer", String.valueOf(e.getMessage()), e);
    }
    @Nullable String noted = properties.get(PROPERTY);
    try {
      return noted == null ? modified : Instant.parse(noted);
    } catch (DateTimeException e) {
      return modified;
    }
  }
}
