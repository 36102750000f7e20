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
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.junit.jupiter.api.Test;

final class FatValuesTest {
  private static final int FAT = 128 * 1024;
  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "tools", Types.StringType.get()),
          optional(3, "list", Types.ListType.ofOptional(4, Types.StringType.get())));

  @Test
  void aDictionaryOfFatValuesSurvives() throws IOException {
    List<String> texts = texts(12, FAT);
    List<RewriteInput> inputs = new ArrayList<>();
    List<Object> expected = new ArrayList<>();
    for (int file = 0; file < 10; file++) {
      List<Record> rows = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        int n = file * 30 + i;
        rows.add(row(n, n % 10 == 9 ? null : texts.get((n / 7) % texts.size())));
      }
      byte[] bytes = Rewrites.write(SCHEMA, rows);
      inputs.add(Rewrites.input("f" + file, bytes));
      expected.addAll(Rewrites.read(SCHEMA, bytes));
    }
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, new RewriteLimits(1 << 30, 100_000, 1 << 30, true), inputs);

    assertThat(rewrites.rows()).isEqualTo(expected);
    ColumnChunkMetaData chunk = chunk(rewrites, 0, 1);
    assertThat(chunk.getEncodings()).contains(Encoding.RLE_DICTIONARY);
    assertThat(chunk.getTotalSize()).isLessThan(2L * FAT * texts.size());
    assertThat(chunk.getTotalUncompressedSize()).isLessThan(2L * FAT * texts.size());
  }

  @Test
  void fatColumnsAreCountedInTheMetricsWithoutBounds() throws IOException {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(row(i, i % 4 == 0 ? null : texts(1, FAT).get(0)));
    }
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", Rewrites.write(SCHEMA, rows)));
    RewrittenFile file = rewrites.result.files().get(0);
    assertThat(chunk(rewrites, 0, 1).getStatistics().isEmpty()).isTrue();
    assertThat(file.metrics().valueCounts()).containsEntry(1, 20L).containsEntry(2, 20L);
    assertThat(file.metrics().nullValueCounts()).containsEntry(1, 0L).containsEntry(2, 5L);
    assertThat(file.metrics().lowerBounds()).containsKey(1).doesNotContainKey(2);
    assertThat(file.metrics().columnSizes()).containsKey(2);
    assertThat(rewrites.result.proof().columns())
        .contains(new RewriteProof.ColumnCounts("tools", 20, 5));
  }

  @Test
  void distinctFatValuesAreWrittenPlain() throws IOException {
    List<String> texts = texts(40, 20_000);
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(row(i, texts.get(i)));
    }
    byte[] bytes = Rewrites.write(SCHEMA, rows);
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", bytes));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    assertThat(chunk(rewrites, 0, 1).getEncodings())
        .contains(Encoding.PLAIN)
        .doesNotContain(Encoding.RLE_DICTIONARY);
  }

  @Test
  void fatValuesThatFirstDifferAndThenRepeatAreStillWrittenOnce() throws IOException {
    List<String> texts = texts(40, 100_000);
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      rows.add(row(i, texts.get(i % 40)));
    }
    RewriteInput first = Rewrites.input("a", Rewrites.write(SCHEMA, rows.subList(0, 40)));
    RewriteInput then =
        Rewrites.input(
            "b",
            Rewrites.write(
                SCHEMA,
                rows.subList(40, 2000),
                "write.parquet.dict-size-bytes",
                String.valueOf(8 << 20),
                "write.parquet.page-size-bytes",
                String.valueOf(8 << 20)));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, first, then);
    assertThat(rewrites.footer(0).getBlocks()).hasSize(1);
    assertThat(chunk(rewrites, 0, 1).getTotalUncompressedSize()).isLessThan(5_000_000);
  }

  @Test
  void fatValuesInListsAndEmptyColumnsPassThrough() throws IOException {
    List<String> texts = texts(3, FAT);
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Record row = row(i, null);
      row.setField("list", i % 3 == 0 ? List.of() : List.of(texts.get(i % 3), texts.get(i % 2)));
      rows.add(row);
    }
    byte[] bytes = Rewrites.write(SCHEMA, rows);
    RewriteInput input = Rewrites.input("a", bytes, 3, 4, 19);
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, new RewriteLimits(400_000, 4, 6, 1, true), List.of(input));
    assertThat(rewrites.rows())
        .isEqualTo(Rewrites.without(Rewrites.read(SCHEMA, bytes), input.dropped()));
  }

  @Test
  void repetitiveValuesThatWouldFillMoreThanABatchKeepOneDictionary() throws IOException {
    List<String> texts = texts(400, 3000);
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      rows.add(row(i, texts.get(i % 400)));
    }
    byte[] bytes =
        Rewrites.write(
            SCHEMA,
            rows,
            "write.parquet.dict-size-bytes",
            String.valueOf(8 << 20),
            "write.parquet.page-size-bytes",
            String.valueOf(32 << 20));
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
            new RewriteLimits(4 << 20, 100_000, 1 << 30, true),
            List.of(Rewrites.input("a", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    ColumnChunkMetaData chunk = chunk(rewrites, 0, 1);
    assertThat(chunk.getTotalUncompressedSize()).isLessThan(1_300_000);
    assertThat(chunk.getStatistics().isEmpty()).isFalse();
  }

  @Test
  void chunksLargerThanOneReadBufferAreRead() throws IOException {
    List<String> texts = texts(300, 50_000);
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(row(i, texts.get(i)));
    }
    for (String codec : List.of("uncompressed", "zstd")) {
      byte[] bytes = Rewrites.write(SCHEMA, rows, "write.parquet.compression-codec", codec);
      Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", bytes));
      assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
    }
  }

  @Test
  void thinColumnsKeepTheirStatisticsCutShort() throws IOException {
    List<Record> rows = List.of(row(1, "a".repeat(1000)), row(2, "b".repeat(1000)));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", Rewrites.write(SCHEMA, rows)));
    assertThat(chunk(rewrites, 0, 1).getStatistics().getMinBytes())
        .isEqualTo("a".repeat(64).getBytes());
  }

  private static ColumnChunkMetaData chunk(Rewrites rewrites, int file, int column) {
    BlockMetaData block = rewrites.footer(file).getBlocks().get(0);
    return block.getColumns().get(column);
  }

  private static Record row(long id, String tools) {
    Record row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    row.setField("tools", tools);
    return row;
  }

  private static List<String> texts(int count, int length) {
    Random random = new Random(99);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder(length);
      while (text.length() < length) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
