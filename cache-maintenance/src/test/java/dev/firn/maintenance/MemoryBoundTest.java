package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.maintenance.rewrite.ForeignFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory is bounded by configuration, never by data (I7): whole passes in small heaps. */
class MemoryBoundTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int FAT = 128 << 10;

  @TempDir Path directory;

  @Test
  void exchangesThatRepeatLargeValuesNeed128Megabytes() throws Exception {
    Schema schema =
        new Schema(
            required(1, "id", Types.LongType.get()), optional(2, "tools", Types.StringType.get()));
    BulkPartition partition = BulkPartition.create(root(), schema);
    for (int i = 0; i < 40; i++) {
      List<Record> rows = new ArrayList<>();
      String tools = text(i, FAT);
      for (int row = 0; row < 100; row++) {
        Record record = GenericRecord.create(schema);
        record.setField("id", (long) row);
        record.setField("tools", tools);
        rows.add(record);
      }
      partition.add(rows, 10);
    }
    partition.commit();
    assertThat(partition.files()).isEqualTo(400);
    assertCompacts(partition.rows(), "", "-Xmx128m");
  }

  @Test
  void exchangesWhoseLargeValuesAllDifferNeed160Megabytes() throws Exception {
    int exchanges = SOAK ? 400 : 20;
    try (Cache cache = Appends.open(root())) {
      CacheWriter writer = Appends.writer(cache);
      for (int i = 0; i < exchanges; i++) {
        StringBuilder json = new StringBuilder("[");
        for (int row = 0; row < 100; row++) {
          json.append(row == 0 ? "" : ",")
              .append("{\"k\":\"")
              .append(text(i * 100L + row, FAT))
              .append("\"}");
        }
        writer.append(json.append("]").toString());
      }
    }
    assertCompacts(exchanges * 100L, "", "-Xmx160m");
  }

  /** 100 KB that differ in a few bytes from those before take a few bytes, until they are read. */
  @Test
  void valuesThatUnfoldWhenDecodedNeed64Megabytes() throws Exception {
    ForeignFile file =
        ForeignFile.of("message m { optional binary text (STRING) = 1; }")
            .version(WriterVersion.PARQUET_2_0)
            .withoutDictionary();
    String prefix = text(1, 100 << 10);
    for (int i = 0; i < 1100; i++) {
      String text = prefix + i;
      file.row(row -> row.append("text", text));
    }
    BulkPartition partition =
        BulkPartition.create(root(), new Schema(optional(1, "text", Types.StringType.get())));
    byte[] bytes = file.write();
    assertThat(bytes.length).isLessThan(1 << 20);
    partition.add(bytes, 1100);
    partition.add(bytes, 1100);
    partition.commit();
    assertCompacts(2200, "", "-Xmx64m");
  }

  @Test
  void aRowOfFortyMegabytesNeeds512Megabytes() throws Exception {
    try (Cache cache = Appends.open(root())) {
      CacheWriter writer = Appends.writer(cache);
      writer.append(Appends.exchange("small", 10));
      writer.append("[{\"k\":\"large\",\"text\":\"" + text(5, 40 << 20) + "\"}]");
    }
    assertCompacts(11, "", "-Xmx512m");
  }

  @Test
  void thousandsOfFilesNeedNoMoreThanAFew() throws Exception {
    List<Types.NestedField> columns = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      columns.add(optional(i, "column" + i, Types.StringType.get()));
    }
    Schema schema = new Schema(columns);
    List<Record> rows = new ArrayList<>();
    for (int row = 0; row < 3; row++) {
      Record record = GenericRecord.create(schema);
      for (int i = 1; i <= 20; i++) {
        record.setField("column" + i, text(i * row, 40));
      }
      rows.add(record);
    }
    BulkPartition partition = BulkPartition.create(root(), schema);
    partition.add(rows, SOAK ? 20_000 : 2_000);
    partition.commit();
    assertCompacts(partition.rows(), "", SOAK ? "-Xmx256m" : "-Xmx48m");
  }

  @Test
  void hundredsOfPartitionTuplesNeed256Descriptors() throws Exception {
    Schema schema = new Schema(required(1, "id", Types.LongType.get()));
    BulkPartition partition =
        BulkPartition.create(root(), schema).partitionedBy(Expressions.truncate("id", 10));
    Record row = GenericRecord.create(schema);
    row.setField("id", 7L);
    List<StructLike> tuples = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      tuples.add(tuple(i / 2 * 10L));
    }
    partition.add(List.of(row), tuples);
    partition.commit();
    assertCompacts(partition.rows(), "ulimit -n 256;", "-Xmx128m");
  }

  private static StructLike tuple(long value) {
    GenericRecord tuple =
        GenericRecord.create(Types.StructType.of(optional(1000, "id", Types.LongType.get())));
    tuple.set(0, value);
    return tuple;
  }

  private Path root() {
    return directory.resolve("cache");
  }

  private void assertCompacts(long rows, String limit, String... jvmArguments) throws Exception {
    PassProcess.Result result = PassProcess.run(root(), limit, jvmArguments);
    assertThat(result.exitCode()).as(result.text()).isZero();
    assertThat(result.text()).contains("COMPACTED " + rows + " rows");
  }

  /** Letters that compress to half their size. */
  private static String text(long seed, int length) {
    byte[] letters = new byte[length];
    new Random(seed).nextBytes(letters);
    for (int i = 0; i < length; i++) {
      letters[i] = (byte) ('a' + (letters[i] & 15));
    }
    return new String(letters, StandardCharsets.US_ASCII);
  }
}
