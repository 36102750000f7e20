package dev.firn.maintenance;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;

/** The column {@code k} of data files that are read by themselves, without a table. */
final class ArchivedKeys {
  private static final ParquetReadOptions OPTIONS =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

  private ArchivedKeys() {}

  /** Of all rows in the files of an archive, sorted, those that repeat too. */
  static List<String> below(Path archive) throws IOException {
    List<String> keys = new ArrayList<>();
    for (Path file : files(archive)) {
      keys.addAll(in(file));
    }
    Collections.sort(keys);
    return keys;
  }

  private static List<Path> files(Path archive) throws IOException {
    if (!Files.isDirectory(archive)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(archive)) {
      return paths
          .filter(path -> path.getFileName().toString().matches("[^.].*\\.parquet"))
          .toList();
    }
  }

  /** Of all rows of one file. */
  static List<String> in(Path file) throws IOException {
    Schema key;
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(new LocalDisk(), file), OPTIONS)) {
      key = ParquetSchemaUtil.convert(reader.getFooter().getFileMetaData().getSchema()).select("k");
    }
    List<String> keys = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(org.apache.iceberg.Files.localInput(file.toFile()))
            .project(key)
            .createReaderFunc(schema -> GenericParquetReaders.buildReader(key, schema))
            .build()) {
      rows.forEach(row -> keys.add((String) row.get(0)));
    }
    return keys;
  }
}
