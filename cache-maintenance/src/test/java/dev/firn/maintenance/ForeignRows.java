package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;

/** Another engine at work on the live table between two of Firn's own steps. */
final class ForeignRows {
  private ForeignRows() {}

  static void append(Path root, List<String> keys) throws IOException {
    Table table = Appends.live(new RecordingDisk(), root).generation().table();
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(location(table, "foreign")))
            .schema(table.schema())
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .build();
    try (writer) {
      for (String key : keys) {
        GenericRecord row = GenericRecord.create(table.schema());
        row.setField("k", key);
        writer.write(row);
      }
    }
    AppendFiles append = table.newFastAppend();
    append.appendFile(writer.toDataFile());
    append.commit();
  }

  /** Deletes one row that it can see; empty if there is none. */
  static Optional<String> delete(Path root, Random random) throws IOException {
    Table table = Appends.live(new LocalDisk(), root).generation().table();
    List<String> keys = new ArrayList<>();
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).select("k").build()) {
      rows.forEach(row -> keys.add((String) row.getField("k")));
    }
    if (keys.isEmpty()) {
      return Optional.empty();
    }
    keys.sort(null);
    String key = keys.get(random.nextInt(keys.size()));
    Schema deleted = table.schema().select("k");
    EqualityDeleteWriter<Record> writer =
        Parquet.writeDeletes(table.io().newOutputFile(location(table, "deletes")))
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .rowSchema(deleted)
            .equalityFieldIds(deleted.findField("k").fieldId())
            .buildEqualityWriter();
    try (writer) {
      GenericRecord row = GenericRecord.create(deleted);
      row.setField("k", key);
      writer.write(row);
    }
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
    return Optional.of(key);
  }

  private static String location(Table table, String kind) {
    return table.location() + "/data/" + kind + "-" + UUID.randomUUID() + ".parquet";
  }
}
