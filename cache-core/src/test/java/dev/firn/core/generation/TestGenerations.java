package dev.firn.core.generation;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/** Small generations, made with Iceberg's own writers in Firn's directory format. */
public final class TestGenerations {
  public static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "name", Types.StringType.get()));

  private TestGenerations() {}

  /** A partition's directory below a root, made if it is absent. */
  public static Partition partition(Path root) throws IOException {
    String path = "datasets/d/source=s";
    Path directory = Files.createDirectories(root.resolve(path));
    return new Partition("d", Map.of("source", "s"), directory, path);
  }

  public static GenerationName name(String text) {
    return GenerationName.parse(text).orElseThrow();
  }

  /** An empty table; no cursor is written. */
  public static Generation create(Partition partition, String name, Schema schema, String version)
      throws IOException {
    return create(
        partition, name, schema, PartitionSpec.unpartitioned(), SortOrder.unsorted(), version);
  }

  /** An empty table; no cursor is written. */
  public static Generation create(
      Partition partition,
      String name,
      Schema schema,
      PartitionSpec spec,
      SortOrder order,
      String version)
      throws IOException {
    Path directory = partition.generation(name(name));
    Files.createDirectories(directory.resolve("data"));
    Files.createDirectories(directory.resolve("metadata"));
    GenerationPaths paths = new GenerationPaths(directory, name(name));
    Disk disk = new LocalDisk();
    String location = "file://" + directory;
    new GenerationOperations(disk, paths, new GenerationFileIO(disk, paths), location)
        .commit(
            null,
            TableMetadata.newTableMetadata(
                schema,
                spec,
                order,
                location,
                Map.of("format-version", version, "commit.retry.num-retries", "0")));
    return Generation.load(disk, directory, name(name));
  }

  /** Appends one data file and commits it. */
  public static DataFile append(Table table, String fileName, List<Record> rows)
      throws IOException {
    DataFile file = write(table, fileName, rows);
    AppendFiles append =
        table
            .newFastAppend()
            .scanManifestsWith(SameThread.EXECUTOR)
            .writeManifestsWith(SameThread.EXECUTOR, 1);
    append.appendFile(file).commit();
    return file;
  }

  /** Writes one data file and commits nothing. */
  public static DataFile write(Table table, String fileName, List<Record> rows) throws IOException {
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(table.location() + "/data/" + fileName))
            .schema(table.schema())
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .set("write.parquet.row-group-size-bytes", "100000")
            .build();
    try (writer) {
      rows.forEach(writer::write);
    }
    return writer.toDataFile();
  }

  /** Rows of {@link #SCHEMA}, ids from (inclusive) to (exclusive); every third has no name. */
  public static List<Record> rows(long from, long to) {
    List<Record> rows = new ArrayList<>();
    for (long id = from; id < to; id++) {
      Record row = GenericRecord.create(SCHEMA);
      row.setField("id", id);
      row.setField("name", id % 3 == 0 ? null : "name-" + id % 5);
      rows.add(row);
    }
    return rows;
  }
}
