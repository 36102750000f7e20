package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.junit.jupiter.api.Test;

/** A row group ends when what it really takes reaches the cap, whatever was expected of it. */
final class BatchBytesTest {
  private static final long MB = 1 << 20;
  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()), optional(2, "text", Types.StringType.get()));

  @Test
  void valuesThatInputsHaveInCommonCountOnce() throws IOException {
    List<RewriteInput> inputs = new ArrayList<>();
    String shared = text(1, 100_000);
    for (int i = 0; i < 60; i++) {
      List<Record> rows = new ArrayList<>();
      for (int row = 0; row < 10; row++) {
        rows.add(row(i * 10 + row, shared));
      }
      inputs.add(Rewrites.input("f" + i, Rewrites.write(SCHEMA, rows)));
    }
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, new RewriteLimits(MB, 10_000, 1 << 30, true), inputs);
    assertThat(rewrites.rows()).hasSize(600);
    // What ten inputs take was expected once; from then on it is known what they have in common.
    assertThat(groups(rewrites).size()).isBetween(2, 3);
  }

  @Test
  void valuesThatUnfoldWhenDecodedAreNeverHeldTogether() throws IOException {
    String prefix = text(2, 100_000);
    ForeignFile file =
        ForeignFile.of("message m { required int64 id = 1; optional binary text (STRING) = 2; }")
            .version(WriterVersion.PARQUET_2_0)
            .withoutDictionary();
    for (int i = 0; i < 200; i++) {
      int n = i;
      file.row(row -> row.append("id", (long) n).append("text", prefix + text(n, 50)));
    }
    byte[] bytes = file.write();
    assertThat(Rewrites.footer(bytes).getBlocks().get(0).getColumns().get(1).getEncodings())
        .contains(Encoding.DELTA_BYTE_ARRAY);
    assertThat(bytes.length).isLessThan((int) MB);
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
            new RewriteLimits(2 * MB, 10_000, 1 << 30, true),
            List.of(Rewrites.input("f", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    // 20 MB that compress to less than 2, in pages of 1.
    assertThat(groups(rewrites)).hasSize(1).allMatch(group -> encodedBytes(group) > 15 * MB);
    assertThat(groups(rewrites).get(0).getColumns().get(1).getEncodings())
        .doesNotContain(Encoding.RLE_DICTIONARY);
  }

  @Test
  void rowGroupsEndWhenTheirCompressedBytesReachTheCap() throws IOException {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      rows.add(row(i, text(i, 20_000)));
    }
    byte[] bytes = Rewrites.write(SCHEMA, rows);
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
            new RewriteLimits(3 * MB, 10_000, 1 << 30, true),
            List.of(Rewrites.input("f", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    assertThat(groups(rewrites).size()).isBetween(3, 5);
    assertThat(groups(rewrites)).allMatch(group -> group.getCompressedSize() <= 3 * MB);
  }

  @Test
  void dictionaryThatIsWorthItsMemoryEndsTheRowGroupWhenItIsFull() throws IOException {
    List<RewriteInput> inputs = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      List<Record> rows = new ArrayList<>();
      for (int row = 0; row < 20; row++) {
        rows.add(row(i * 20 + row, text(i, 50_000)));
      }
      inputs.add(Rewrites.input("f" + i, Rewrites.write(SCHEMA, rows)));
    }
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, new RewriteLimits(2 * MB, 10_000, 1 << 30, true), inputs);
    assertThat(rewrites.rows()).hasSize(1200);
    assertThat(groups(rewrites).size()).isBetween(3, 6);
    assertThat(groups(rewrites))
        .allMatch(group -> encodedBytes(group) <= MB + 100_000)
        .allMatch(
            group -> group.getColumns().get(1).getEncodings().contains(Encoding.RLE_DICTIONARY));
  }

  @Test
  void pagesHoldNoMoreRowsThanABatch() throws IOException {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      rows.add(row(i, text(i % 5, i % 2 == 0 ? 6_000 : 7_000)));
    }
    byte[] bytes = Rewrites.write(SCHEMA, rows);
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
            new RewriteLimits(32 * MB, 100, 1 << 30, true),
            List.of(Rewrites.input("f", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    assertThat(groups(rewrites)).hasSize(1);
    try (ParquetFileReader reader = Rewrites.reader(rewrites.outputs.get("out-0").bytes())) {
      for (ColumnChunkMetaData chunk : groups(rewrites).get(0).getColumns()) {
        OffsetIndex pages = reader.readOffsetIndex(chunk);
        assertThat(pages.getPageCount()).as(chunk.getPath().toDotString()).isEqualTo(7);
      }
    }
  }

  @Test
  void rowsThatAreLargeInOnePlaceOfARowGroupEndTheRowGroupEarly() throws IOException {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      rows.add(row(i, text(i, i / 50 == 40 ? 100_000 : 10)));
    }
    byte[] bytes = Rewrites.write(SCHEMA, rows);
    assertThat(Rewrites.footer(bytes).getBlocks()).hasSize(1);
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
            new RewriteLimits(MB, 10_000, 1 << 30, true),
            List.of(Rewrites.input("f", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    assertThat(groups(rewrites)).allMatch(group -> group.getCompressedSize() <= MB + 100_000);
  }

  @Test
  void everyRowLargerThanTheCapIsARowGroup() throws IOException {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rows.add(row(i, text(i, 300_000)));
    }
    byte[] bytes = Rewrites.write(SCHEMA, rows);
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
            new RewriteLimits(100_000, 10_000, 1 << 30, true),
            List.of(Rewrites.input("f", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    assertThat(groups(rewrites)).hasSize(5);
  }

  private static List<BlockMetaData> groups(Rewrites rewrites) {
    return Rewrites.footer(rewrites.outputs.get("out-0").bytes()).getBlocks();
  }

  private static long encodedBytes(BlockMetaData group) {
    return group.getColumns().stream()
        .mapToLong(ColumnChunkMetaData::getTotalUncompressedSize)
        .sum();
  }

  private static Record row(long id, String text) {
    Record row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("text", text);
    return row;
  }

  private static String text(long seed, int length) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(length);
    while (text.length() < length) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }
}
