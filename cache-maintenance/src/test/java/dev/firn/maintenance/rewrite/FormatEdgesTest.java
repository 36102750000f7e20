package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codecs and types at the edge of what a rewrite takes, and files of Iceberg's own writer. */
final class FormatEdgesTest {
  /** Cuts row groups of the inputs, so that batches start inside their chunks. */
  private static final RewriteLimits LIMITS = new RewriteLimits(32 << 20, 150, 400, 1 << 30, true);

  @ParameterizedTest
  @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd"})
  void filesOfIcebergPassThrough(String codec) throws IOException {
    byte[] bytes =
        Rewrites.write(
            NestedTable.SCHEMA,
            NestedTable.rows(3, 1000),
            "write.parquet.compression-codec",
            codec,
            "write.parquet.page-size-bytes",
            "2000");
    Rewrites rewrites =
        Rewrites.rewrite(NestedTable.SCHEMA, LIMITS, List.of(Rewrites.input("a", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(NestedTable.SCHEMA, bytes));
  }

  @Test
  void aCodecThatFirnDoesNotHaveIsNamed() {
    byte[] bytes =
        ForeignFile.of("message m { optional int64 a = 1; }")
            .codec(CompressionCodecName.LZO)
            .codecs(new HadoopLz4())
            .row(row -> row.append("a", 1L))
            .write();
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    new Schema(optional(1, "a", Types.LongType.get())),
                    Rewrites.input("file", bytes)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessage(
            "Column a cannot be rewritten: expected a codec that Firn has, found LZO (file file)");
  }

  /** Of a column that stays in milliseconds, bounds would be taken for microseconds. */
  @Test
  void boundsAreToldOfColumnsAloneThatHaveTheTypeOfTheTable() throws IOException {
    byte[] bytes =
        ForeignFile.of(
                "message m { optional int64 ms (TIMESTAMP(MILLIS,true)) = 1;"
                    + " optional int64 us (TIMESTAMP(MICROS,true)) = 2; }")
            .row(row -> row.append("ms", 5L).append("us", 6L))
            .write();
    Rewrites rewrites =
        Rewrites.rewrite(
            new Schema(
                optional(1, "ms", Types.TimestampType.withZone()),
                optional(2, "us", Types.TimestampType.withZone())),
            Rewrites.input("a", bytes));
    RewrittenFile file = rewrites.result.files().get(0);
    assertThat(file.metrics().valueCounts()).containsOnlyKeys(1, 2);
    assertThat(file.metrics().lowerBounds()).containsOnlyKeys(2);
    assertThat(file.metrics().upperBounds()).containsOnlyKeys(2);
  }

  @Test
  void aTypeThatIcebergDoesNotReadIsNamed() {
    byte[] bytes =
        ForeignFile.of("message m { optional int64 u64 (INTEGER(64,false)) = 1; }")
            .row(row -> row.append("u64", -1L))
            .write();
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    new Schema(optional(1, "u64", Types.DecimalType.of(20, 0))),
                    Rewrites.input("file", bytes)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("Column u64 cannot be rewritten: expected a type that Iceberg reads")
        .hasMessageContaining("(file file)");
  }
}
