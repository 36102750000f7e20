package dev.firn.core.read;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;

/** Counts the rows of landed files that are in no snapshot yet, from their footers. */
public final class UnpublishedRows {
  private UnpublishedRows() {}

  public static long count(Disk disk, Generation generation) throws IOException {
    long rows = 0;
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    for (LandedName landed : generation.unpublished()) {
      Path path = generation.paths().data().resolve(landed.format());
      try (ParquetFileReader reader =
          ParquetFileReader.open(new ParquetInput(disk, path), options)) {
        rows += reader.getRecordCount();
      } catch (CacheException | FileSystemException e) {
        throw e;
      } catch (IOException | RuntimeException e) { // Parquet's words for damage
        throw new Corrupt(path, "a readable Parquet file", String.valueOf(e.getMessage()), e);
      }
    }
    return rows;
  }
}
