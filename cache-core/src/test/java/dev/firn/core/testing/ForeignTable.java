package dev.firn.core.testing;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.relocated.com.google.common.util.concurrent.MoreExecutors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * The live table of a partition as another engine uses it: written by Iceberg's own writers, read
 * by Iceberg's own reader, which know nothing of Firn.
 */
public final class ForeignTable {
  private static final String NAME = "table-7";
  private static final ExecutorService SAME_THREAD = MoreExecutors.newDirectExecutorService();

  private final LocalDisk disk = new LocalDisk();
  private final Partition partition;
  private int files;

  private ForeignTable(Partition partition) {
    this.partition = partition;
  }

  /** An unpartitioned, unsorted one. */
  public static ForeignTable create(Path root, Schema schema, int version) throws IOException {
    return create(root, schema, PartitionSpec.unpartitioned(), SortOrder.unsorted(), version);
  }

  public static ForeignTable create(
      Path root, Schema schema, PartitionSpec spec, SortOrder order, int version)
      throws IOException {
    Partition partition = TestGenerations.partition(root);
    TestGenerations.create(partition, NAME, schema, spec, order, String.valueOf(version));
    Files.writeString(
        partition.cursorFile(),
        "{\"layout\":\"source-table\",\"tableDir\":\"" + NAME + "\",\"epoch\":0,\"rowCount\":0}");
    return new ForeignTable(partition);
  }

  public Partition partition() {
    return partition;
  }

  /** The live generation as it is now. */
  public Generation generation() throws IOException {
    return ((Live) new PartitionInspector(disk).inspect(partition)).generation();
  }

  public Table table() throws IOException {
    return generation().table();
  }

  /** A row of the current schema; structs are given as arrays. */
  public Record row(Object... values) throws IOException {
    return rowOf(table().schema(), values);
  }

  public static Record rowOf(Schema schema, Object... values) {
    return (Record) value(schema.asStruct(), values);
  }

  private static Object value(Type type, Object value) {
    if (value instanceof Object[] values && type.isStructType()) {
      GenericRecord record = GenericRecord.create(type.asStructType());
      for (int i = 0; i < values.length; i++) {
        record.set(i, value(type.asStructType().fields().get(i).type(), values[i]));
      }
      return record;
    }
    if (value instanceof List<?> list) {
      List<Object> elements = new ArrayList<>();
      list.forEach(element -> elements.add(value(type.asListType().elementType(), element)));
      return elements;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> entries = new LinkedHashMap<>();
      map.forEach((k, v) -> entries.put(k, value(type.asMapType().valueType(), v)));
      return entries;
    }
    return value;
  }

  /** Commits the rows as one data file for each tuple of the current spec. */
  public List<DataFile> append(Record... rows) throws IOException {
    List<DataFile> written = write(rows);
    AppendFiles append = table().newFastAppend().scanManifestsWith(SAME_THREAD);
    written.forEach(append::appendFile);
    append.commit();
    return written;
  }

  /** Commits files of rows one by one, with every sixth value or so null. */
  public void append(int files, int rows, Random random, Function<Random, Object[]> values)
      throws IOException {
    for (int file = 0; file < files; file++) {
      Record[] written = new Record[rows];
      for (int row = 0; row < rows; row++) {
        Object[] of = values.apply(random);
        for (int column = 0; column < of.length; column++) {
          of[column] = random.nextInt(6) == 0 ? null : of[column];
        }
        written[row] = row(of);
      }
      append(written);
    }
  }

  /** Writes what {@link #append(Record...)} would commit. */
  public List<DataFile> write(Record... rows) throws IOException {
    Table table = table();
    PartitionKey key = new PartitionKey(table.spec(), table.schema());
    InternalRecordWrapper wrapper = new InternalRecordWrapper(table.schema().asStruct());
    Map<PartitionKey, List<Record>> tuples = new LinkedHashMap<>();
    for (Record row : rows) {
      key.partition(wrapper.wrap(row));
      tuples.computeIfAbsent(key.copy(), k -> new ArrayList<>()).add(row);
    }
    List<DataFile> written = new ArrayList<>();
    for (Map.Entry<PartitionKey, List<Record>> tuple : tuples.entrySet()) {
      written.add(write(table, table.spec(), tuple.getKey(), tuple.getValue()));
    }
    return written;
  }

  private DataFile write(Table table, PartitionSpec spec, StructLike tuple, List<Record> rows)
      throws IOException {
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(location(table, "data")))
            .schema(table.schema())
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(spec)
            .withPartition(tuple)
            .build();
    try (writer) {
      rows.forEach(writer::write);
    }
    return writer.toDataFile();
  }

  /** One position delete file; each data file of its own tuple with the positions to delete. */
  public DeleteFile positionDeletes(Map<DataFile, long[]> positions) throws IOException {
    Table table = table();
    DataFile any = positions.keySet().iterator().next();
    PositionDeleteWriter<Record> writer =
        Parquet.writeDeletes(table.io().newOutputFile(location(table, "deletes")))
            .createWriterFunc(GenericParquetWriter::create)
            .metricsConfig(MetricsConfig.forPositionDelete()) // whole paths: one file's are its own
            .withSpec(table.specs().get(any.specId()))
            .withPartition(any.partition())
            .buildPositionWriter();
    Map<String, long[]> sorted = new TreeMap<>();
    positions.forEach((file, at) -> sorted.put(file.location(), at));
    try (writer) {
      for (Map.Entry<String, long[]> file : sorted.entrySet()) {
        for (long position : file.getValue()) {
          writer.write(PositionDelete.<Record>create().set(file.getKey(), position));
        }
      }
    }
    return writer.toDeleteFile();
  }

  public DeleteFile positionDeletes(DataFile file, long... positions) throws IOException {
    return positionDeletes(Map.of(file, positions));
  }

  /** Rows of the current schema whose columns of these names are to be equalled. */
  public DeleteFile equalityDeletes(List<String> columns, Record... keys) throws IOException {
    return equalityDeletes(table().spec(), null, columns, keys);
  }

  /**
   * @param like a data file whose tuple the deletes go for; null for an unpartitioned spec
   */
  public DeleteFile equalityDeletes(
      PartitionSpec spec, DataFile like, List<String> columns, Record... keys) throws IOException {
    return equalityDeletes(spec, like, columns, List.of(keys));
  }

  /** As the other; the keys need not be in memory together. */
  public DeleteFile equalityDeletes(
      PartitionSpec spec, DataFile like, List<String> columns, Iterable<Record> keys)
      throws IOException {
    Table table = table();
    Schema schema = table.schema();
    Schema deleted = schema.select(columns);
    EqualityDeleteWriter<Record> writer =
        Parquet.writeDeletes(table.io().newOutputFile(location(table, "equality")))
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(spec)
            .withPartition(like == null ? null : like.partition())
            .rowSchema(deleted)
            .equalityFieldIds(
                columns.stream().mapToInt(name -> schema.findField(name).fieldId()).toArray())
            .buildEqualityWriter();
    try (writer) {
      for (Record key : keys) {
        writer.write(select(deleted, key));
      }
    }
    return writer.toDeleteFile();
  }

  private static Record select(Schema columns, Record row) {
    return select(columns.asStruct(), row);
  }

  private static Record select(Types.StructType type, Record row) {
    Record selected = GenericRecord.create(type);
    for (Types.NestedField field : type.fields()) {
      Object value = row.getField(field.name());
      selected.setField(
          field.name(),
          value instanceof Record struct ? select(field.type().asStructType(), struct) : value);
    }
    return selected;
  }

  /** Format version 3. */
  public DeleteFile deletionVector(DataFile file, long... positions) throws IOException {
    Table table = table();
    BaseDVFileWriter writer =
        new BaseDVFileWriter(
            OutputFileFactory.builderFor(table, 1, files++).format(FileFormat.PUFFIN).build(),
            path -> null);
    try (writer) {
      for (long position : positions) {
        writer.delete(
            file.location(), position, table.specs().get(file.specId()), file.partition());
      }
    }
    return writer.result().deleteFiles().get(0);
  }

  public void delete(DeleteFile... deletes) throws IOException {
    commit(List.of(), deletes);
  }

  /** Rows and deletes in one commit, with one sequence number. */
  public void commit(List<DataFile> rows, DeleteFile... deletes) throws IOException {
    RowDelta delta = table().newRowDelta().scanManifestsWith(SAME_THREAD);
    rows.forEach(delta::addRows);
    for (DeleteFile delete : deletes) {
      delta.addDeletes(delete);
    }
    delta.commit();
  }

  /** The live rows of the table as it is now, as Iceberg's own reader reads them, sorted. */
  public List<String> rows() throws IOException {
    List<String> rows = rowsInOrder();
    Collections.sort(rows);
    return rows;
  }

  /** In the order in which Iceberg's reader gives them. */
  public List<String> rowsInOrder() throws IOException {
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table()).build()) {
      records.forEach(record -> rows.add(text(record)));
    }
    return rows;
  }

  private static String text(Object value) {
    if (value instanceof Record record) {
      StringBuilder text = new StringBuilder("{");
      for (Types.NestedField field : record.struct().fields()) {
        if (MetadataColumns.isMetadataColumn(field.fieldId())) {
          continue; // which Iceberg's reader leaves in where there were deletes
        }
        text.append(field.name()).append('=').append(text(record.getField(field.name())));
        text.append(' ');
      }
      return text.append('}').toString();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(ForeignTable::text).toList().toString();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((k, v) -> sorted.put(text(k), text(v)));
      return sorted.toString();
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return HexFormat.of().formatHex(bytes);
    }
    return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
  }

  private String location(Table table, String kind) {
    return table.location() + "/data/" + kind + "-" + files++ + ".parquet";
  }
}
