package dev.firn.maintenance;

import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Term;

/** A live partition with many data files, made fast: one file under many names, one commit. */
final class BulkPartition {
  static final String PATH = "datasets/d/source=s";
  private static final GenerationName NAME = GenerationName.parse("table-1").orElseThrow();

  private final Path directory;
  private final Table table;
  private final List<DataFile> files = new ArrayList<>();
  private long rows;

  private BulkPartition(Path directory, Table table) {
    this.directory = directory;
    this.table = table;
  }

  static BulkPartition create(Path root, Schema schema) throws IOException {
    Partition partition = TestGenerations.partition(root);
    Generation generation = TestGenerations.create(partition, NAME.format(), schema, "2");
    Files.write(partition.cursorFile(), CursorCodec.formatFirst(NAME));
    return new BulkPartition(generation.directory(), generation.table());
  }

  /** Partitions what is added from now on. */
  BulkPartition partitionedBy(Term term) {
    table.updateSpec().addField(term).commit();
    return this;
  }

  void setProperty(String name, String value) {
    table.updateProperties().set(name, value).commit();
  }

  long rows() {
    return rows;
  }

  int files() {
    return files.size();
  }

  /** Writes a file and adds it under that many names. */
  void add(List<Record> fileRows, int copies) throws IOException {
    add(fileRows, Collections.nCopies(copies, null));
  }

  /**
   * Writes a file and adds it under a name for each tuple.
   *
   * @param tuples null for none
   */
  void add(List<Record> fileRows, List<? extends StructLike> tuples) throws IOException {
    String firstName = "f" + files.size() + ".parquet";
    DataFile first = TestGenerations.write(table, firstName, fileRows);
    Path data = directory.resolve("data");
    for (StructLike tuple : tuples) {
      String name = "f" + files.size() + ".parquet";
      if (!name.equals(firstName)) {
        Files.createLink(data.resolve(name), data.resolve(firstName));
      }
      DataFiles.Builder builder =
          DataFiles.builder(table.spec())
              .withPath(table.location() + "/data/" + name)
              .withFormat(first.format())
              .withFileSizeInBytes(first.fileSizeInBytes())
              .withMetrics(metrics(first));
      files.add(tuple == null ? builder.build() : builder.withPartition(tuple).build());
    }
    rows += (long) fileRows.size() * tuples.size();
  }

  /** Adds a file that somebody else wrote. */
  void add(byte[] file, long fileRows) throws IOException {
    String name = "f" + files.size() + ".parquet";
    Files.write(directory.resolve("data").resolve(name), file);
    files.add(
        DataFiles.builder(table.spec())
            .withPath(table.location() + "/data/" + name)
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(file.length)
            .withRecordCount(fileRows)
            .build());
    rows += fileRows;
  }

  private static Metrics metrics(DataFile file) {
    return new Metrics(
        file.recordCount(),
        file.columnSizes(),
        file.valueCounts(),
        file.nullValueCounts(),
        file.nanValueCounts(),
        file.lowerBounds(),
        file.upperBounds());
  }

  void commit() {
    AppendFiles append = table.newFastAppend();
    files.forEach(append::appendFile);
    append.commit();
  }
}
