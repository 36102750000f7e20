package dev.firn.maintenance.purge;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ParquetInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.jspecify.annotations.Nullable;

/** What a Parquet file says of itself in its footer. */
record FileDescription(Path file, Map<String, String> properties) {
  private static final String SCHEMA = "iceberg.schema";

  FileDescription {
    properties = Map.copyOf(properties);
  }

  /**
   * @throws Corrupt if it cannot be read
   */
  static FileDescription read(Disk disk, Path file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(disk, file), options)) {
      return new FileDescription(file, reader.getFileMetaData().getKeyValueMetaData());
    } catch (RuntimeException e) {
      throw new Corrupt(file, "a readable Parquet file", String.valueOf(e.getMessage()), e);
    }
  }

  /** The Iceberg schema that it was written with; empty if it does not say. */
  Optional<Schema> schema() throws Corrupt {
    @Nullable String json = properties.get(SCHEMA);
    if (json == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(SchemaParser.fromJson(json));
    } catch (RuntimeException e) {
      throw new Corrupt(file, "a schema", String.valueOf(e.getMessage()), e);
    }
  }
}
