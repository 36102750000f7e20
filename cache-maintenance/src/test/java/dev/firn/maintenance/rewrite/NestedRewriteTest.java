package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every type and nesting, under every mask, cut into batches of any size. */
final class NestedRewriteTest {
  private static final Schema SCHEMA = NestedTable.SCHEMA;

  @Test
  void everyTypeAndNestingComesOutAsItWentIn() throws IOException {
    byte[] first = Rewrites.write(SCHEMA, NestedTable.rows(1, 300));
    byte[] second = Rewrites.write(SCHEMA, NestedTable.rows(2, 5));
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, Rewrites.input("a", first), Rewrites.input("b", second));
    List<Object> expected = new ArrayList<>(Rewrites.read(SCHEMA, first));
    expected.addAll(Rewrites.read(SCHEMA, second));
    assertThat(rewrites.rows()).isEqualTo(expected).hasSize(305);
    assertThat(rewrites.result.proof().rowsIn()).isEqualTo(305);
    assertThat(rewrites.result.proof().inputs())
        .containsExactly(
            new RewriteProof.InputRows("a", 300, 0), new RewriteProof.InputRows("b", 5, 0));
    assertThat(rewrites.result.proof().summary())
        .startsWith("content: 305 rows in, 305 out, 0 dropped, ")
        .endsWith(" columns, 1 files");
  }

  @Test
  void firstLastAlternatingAndAllRowsCanBeDropped() throws IOException {
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(3, 50));
    for (long[] dropped :
        List.of(
            new long[] {0},
            new long[] {49},
            new long[] {0, 1, 2, 48, 49},
            LongStream.range(0, 25).map(i -> 2 * i).toArray(),
            LongStream.range(0, 25).map(i -> 2 * i + 1).toArray(),
            LongStream.range(1, 50).toArray())) {
      RewriteInput input = Rewrites.input("a", bytes, dropped);
      Rewrites rewrites = Rewrites.rewrite(SCHEMA, input);
      assertThat(rewrites.rows())
          .isEqualTo(Rewrites.without(Rewrites.read(SCHEMA, bytes), input.dropped()));
      assertThat(rewrites.result.proof().rowsDropped()).isEqualTo(dropped.length);
    }
  }

  @Test
  void noFileIsWrittenIfEveryRowIsDropped() throws IOException {
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(3, 4));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", bytes, 0, 1, 2, 3));
    assertThat(rewrites.outputs).isEmpty();
    assertThat(rewrites.result.files()).isEmpty();
    assertThat(rewrites.result.proof().summary()).contains("4 rows in, 0 out, 4 dropped");
  }

  @Test
  void noInputsGiveNoFile() throws IOException {
    assertThat(Rewrites.rewrite(SCHEMA).result.files()).isEmpty();
  }

  @Test
  void inputsWithoutRowsAddNothing() throws IOException {
    byte[] empty = ForeignFile.of("message t { optional int64 id = 1; }").write();
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(3, 4));
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, Rewrites.input("a", empty), Rewrites.input("b", bytes));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
  }

  @ParameterizedTest
  @CsvSource({"1000000, 7, 1000000", "1, 1000, 1000000", "9000, 1000, 1000000", "9000, 13, 1"})
  void batchesOfAnySizeKeepOrderAndContent(long batchBytes, int groupRows, long fileBytes)
      throws IOException {
    List<RewriteInput> inputs = new ArrayList<>();
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(i, 1 + 13 * i));
      RewriteInput input =
          Rewrites.input("f" + i, bytes, LongStream.range(0, 4 * i).map(r -> 3 * r).toArray());
      inputs.add(input);
      expected.addAll(Rewrites.without(Rewrites.read(SCHEMA, bytes), input.dropped()));
    }
    RewriteLimits limits = new RewriteLimits(batchBytes, groupRows, groupRows, fileBytes, true);
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, limits, inputs);
    assertThat(rewrites.rows()).isEqualTo(expected);
    for (RewrittenFile file : rewrites.result.files()) {
      assertThat(rewrites.footer(file).getBlocks())
          .allMatch(block -> block.getRowCount() <= groupRows)
          .hasSizeLessThanOrEqualTo(fileBytes == 1 ? 1 : Integer.MAX_VALUE);
      assertThat(file.splitOffsets()).hasSameSizeAs(rewrites.footer(file).getBlocks());
      assertThat(file.bytes()).isEqualTo(rewrites.outputs.get(file.name()).bytes().length);
    }
  }

  @Test
  void oneLargeRowGroupIsSplitIntoBatches() throws IOException {
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(5, 1000));
    assertThat(Rewrites.footer(bytes).getBlocks()).hasSize(1);
    RewriteLimits limits = new RewriteLimits(50_000, 1_000_000, 1 << 30, true);
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, limits, List.of(Rewrites.input("a", bytes)));
    assertThat(rewrites.footer(0).getBlocks().size()).isBetween(3, 4);
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(SCHEMA, bytes));
  }

  @Test
  void manyRowGroupsBecomeOne() throws IOException {
    byte[] bytes =
        Rewrites.write(
            SCHEMA,
            NestedTable.rows(6, 500),
            "write.parquet.row-group-size-bytes",
            "20000",
            "write.parquet.row-group-check-min-record-count",
            "10");
    assertThat(Rewrites.footer(bytes).getBlocks()).hasSizeGreaterThan(2);
    RewriteInput input =
        Rewrites.input("a", bytes, LongStream.range(100, 400).filter(i -> i % 7 > 2).toArray());
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, input);
    assertThat(rewrites.footer(0).getBlocks()).hasSize(1);
    assertThat(rewrites.rows())
        .isEqualTo(Rewrites.without(Rewrites.read(SCHEMA, bytes), input.dropped()));
  }

  @Test
  void everyStreamIsClosedAndNoMoreThanAFewAreOpen() throws IOException {
    List<RewriteInput> inputs = new ArrayList<>();
    List<MemoryFile> files = new ArrayList<>();
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(6, 3));
    for (int i = 0; i < 100; i++) {
      MemoryFile file = new MemoryFile(bytes);
      files.add(file);
      inputs.add(new RewriteInput("f" + i, file, RowMask.none(), 3));
    }
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.LIMITS, inputs);
    assertThat(rewrites.result.proof().rowsOut()).isEqualTo(300);
    files.addAll(rewrites.outputs.values());
    assertThat(files).allMatch(file -> file.open() == 0 && file.mostOpen() == 1);
  }

  @Test
  void theFooterCarriesTheSchemaAndTheGivenProperties() throws IOException {
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(6, 3));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", bytes));
    assertThat(rewrites.footer(0).getFileMetaData().getKeyValueMetaData())
        .containsEntry("k", "v")
        .containsKey("iceberg.schema");
  }

  @Test
  void metricsAreThoseOfIcebergForTheSameRows() throws IOException {
    byte[] bytes = Rewrites.write(SCHEMA, NestedTable.rows(8, 100));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, Rewrites.input("a", bytes));
    org.apache.iceberg.Metrics found = rewrites.result.files().get(0).metrics();
    org.apache.iceberg.Metrics expected =
        org.apache.iceberg.parquet.ParquetUtil.footerMetrics(
            Rewrites.footer(bytes),
            java.util.stream.Stream.empty(),
            org.apache.iceberg.MetricsConfig.getDefault());
    assertThat(found.recordCount()).isEqualTo(100);
    assertThat(found.valueCounts()).isEqualTo(expected.valueCounts());
    assertThat(found.nullValueCounts()).isEqualTo(expected.nullValueCounts());
    assertThat(found.lowerBounds()).isEqualTo(expected.lowerBounds());
    assertThat(found.upperBounds()).isEqualTo(expected.upperBounds());
  }
}
