package dev.firn.core.append;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.core.read.RowReader;
import dev.firn.core.rows.EncodedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.jspecify.annotations.Nullable;

/**
 * Describes landed files to Iceberg. In a partitioned table a landed file whose rows belong to
 * several tuples is written anew, one file a tuple; the landed file then counts as published and
 * goes with its generation.
 */
final class LandedDataFiles {
  private static final ParquetReadOptions FOOTER_OPTIONS =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

  private final Disk disk;
  private final Generation generation;
  private final Publisher.Known known;
  private final Table table;
  private final PartitionSpec spec;
  private final MetricsConfig metrics;

  LandedDataFiles(Disk disk, Generation generation, Publisher.Known known) {
    this.disk = disk;
    this.known = known;
    this.generation = generation;
    this.table = generation.table();
    this.spec = table.spec();
    this.metrics = MetricsConfig.forTable(table);
  }

  List<DataFile> describe(LandedName name) throws IOException {
    Path path = generation.paths().data().resolve(name.format());
    try {
      if (spec.isUnpartitioned()) {
        @Nullable EncodedFile file = known.of(name);
        return List.of(
            file != null && isAsWritten(path, file)
                ? dataFile(path, null, file.bytes(), file.metrics())
                : dataFile(path, null));
      }
      return partitioned(name, path);
    } catch (RuntimeException e) {
      throw new Corrupt(path, "a readable Parquet file", String.valueOf(e.getMessage()), e);
    }
  }

  /** What is remembered of a file that is not there, or is another one, is told to nobody. */
  private boolean isAsWritten(Path path, EncodedFile file) throws IOException {
    return disk.stat(path)
        .filter(stat -> stat.isFile() && stat.sizeBytes() == file.bytes())
        .isPresent();
  }

  private List<DataFile> partitioned(LandedName name, Path path) throws IOException {
    Schema schema = table.schema();
    PartitionKey key = new PartitionKey(spec, schema);
    InternalRecordWrapper wrapper = new InternalRecordWrapper(schema.asStruct());
    Map<PartitionKey, List<Record>> tuples = new LinkedHashMap<>();
    new RowReader(disk, generation)
        .forEach(
            name,
            schema,
            row -> {
              key.partition(wrapper.wrap(row));
              tuples.computeIfAbsent(key.copy(), tuple -> new ArrayList<>()).add(row.copy());
              return true;
            });
    if (tuples.size() == 1) {
      return List.of(dataFile(path, tuples.keySet().iterator().next()));
    }
    List<DataFile> files = new ArrayList<>();
    for (Map.Entry<PartitionKey, List<Record>> tuple : tuples.entrySet()) {
      String fileName = "split-" + name.number() + "-" + UUID.randomUUID() + ".parquet";
      write(fileName, schema, tuple.getValue());
      files.add(dataFile(generation.paths().data().resolve(fileName), tuple.getKey()));
    }
    disk.syncDirectory(generation.paths().data());
    return files;
  }

  private void write(String fileName, Schema schema, List<Record> rows) throws IOException {
    try (FileAppender<Record> appender =
        Parquet.write(generation.io().newOutputFile(location(fileName)))
            .schema(schema)
            .createWriterFunc(message -> GenericParquetWriter.create(schema, message))
            .set("write.parquet.compression-codec", "zstd")
            .build()) {
      appender.addAll(rows);
    }
  }

  private DataFile dataFile(Path path, @Nullable PartitionKey tuple) throws IOException {
    return dataFile(path, tuple, size(path), metrics(path));
  }

  private DataFile dataFile(
      Path path, @Nullable PartitionKey tuple, long bytes, Metrics columnMetrics) {
    DataFiles.Builder builder =
        DataFiles.builder(spec)
            .withPath(location(String.valueOf(path.getFileName())))
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(bytes)
            .withMetrics(withoutSizes(columnMetrics));
    if (tuple != null) {
      builder.withPartition(tuple);
    }
    return builder.build();
  }

  /**
   * How many bytes each column of a tiny file takes helps no engine, and is what of all that is
   * told compresses worst: it would take a third of the manifests of a table that is only appended
   * to.
   */
  private static Metrics withoutSizes(Metrics all) {
    return new Metrics(
        all.recordCount(),
        null,
        all.valueCounts(),
        all.nullValueCounts(),
        all.nanValueCounts(),
        all.lowerBounds(),
        all.upperBounds());
  }

  /**
   * What {@code ParquetUtil.fileMetrics} does, which loads a Hadoop configuration for each file.
   */
  private Metrics metrics(Path path) {
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(disk, path), FOOTER_OPTIONS)) {
      return ParquetUtil.footerMetrics(reader.getFooter(), Stream.empty(), metrics);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With the prefix that the table's metadata records. */
  private String location(String fileName) {
    return generation.metadata().location() + "/data/" + fileName;
  }

  private long size(Path path) throws IOException {
    try (DiskInput input = disk.open(path)) {
      return input.size();
    }
  }
}
