package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns that Iceberg's own writer would declare otherwise, kept as they are. */
final class PassThroughTest {
  @Test
  void int96TimestampsStayInt96() throws IOException {
    Schema schema = new Schema(optional(1, "t", Types.TimestampType.withZone()));
    byte[] bytes =
        ForeignFile.of("message m { optional int96 t = 1; }")
            .row(row -> row.add("t", Binary.fromConstantByteArray(new byte[12])))
            .row(row -> {})
            .row(row -> row.add("t", Binary.fromConstantByteArray("abcdefghijkl".getBytes())))
            .write();
    assertPassesThrough(schema, bytes);
    RewrittenFile file = Rewrites.rewrite(schema, Rewrites.input("a", bytes)).result.files().get(0);
    assertThat(file.metrics().valueCounts()).containsEntry(1, 3L);
    assertThat(file.metrics().nullValueCounts()).containsEntry(1, 1L);
    assertThat(file.metrics().lowerBounds()).doesNotContainKey(1);
  }

  @Test
  void documentsStayAsTheyAre() throws IOException {
    assertPassesThrough(
        new Schema(optional(1, "d", Types.BinaryType.get())),
        ForeignFile.of("message m { optional binary d (BSON) = 1; }")
            .row(row -> row.append("d", "document"))
            .row(row -> {})
            .write());
  }

  @Test
  void placesStayAsTheyAre() throws IOException {
    assertPassesThrough(
        new Schema(optional(1, "p", Types.GeometryType.crs84())),
        ForeignFile.of("message m { optional binary p (GEOMETRY(OGC:CRS84)) = 1; }")
            .row(row -> row.append("p", "not looked at"))
            .row(row -> {})
            .write());
  }

  @Test
  void listsOfTwoLevelsStayListsOfTwoLevels() throws IOException {
    assertPassesThrough(
        new Schema(optional(1, "l", Types.ListType.ofRequired(2, Types.IntegerType.get()))),
        ForeignFile.of("message m { optional group l (LIST) = 1 { repeated int32 array = 2; } }")
            .row(row -> row.addGroup("l").append("array", 1).append("array", 2))
            .row(row -> row.addGroup("l"))
            .row(row -> {})
            .write());
  }

  @Test
  void shreddedVariantsStayShredded() throws IOException {
    assertPassesThrough(
        new Schema(optional(1, "v", Types.VariantType.get())),
        ForeignFile.of(
                "message m { optional group v (VARIANT(1)) = 1 { required binary metadata;"
                    + " optional binary value; optional int64 typed_value; } }")
            .row(row -> row.addGroup("v").append("metadata", "m").append("typed_value", 5L))
            .row(row -> row.addGroup("v").append("metadata", "m").append("value", "x"))
            .row(row -> {})
            .write());
  }

  @Test
  void variantsWithAnOptionalValueMixWithThoseOfIceberg() throws IOException {
    Schema schema = new Schema(optional(1, "v", Types.VariantType.get()));
    String type =
        "message m { optional group v (VARIANT(1)) = 1 { required binary metadata;"
            + " %s binary value; } }";
    byte[] loose =
        ForeignFile.of(type.formatted("optional"))
            .row(row -> row.addGroup("v").append("metadata", "m").append("value", "x"))
            .row(row -> row.addGroup("v").append("metadata", "m"))
            .row(row -> {})
            .write();
    byte[] strict =
        ForeignFile.of(type.formatted("required"))
            .row(row -> row.addGroup("v").append("metadata", "m").append("value", "y"))
            .row(row -> {})
            .write();
    Rewrites rewrites =
        Rewrites.rewrite(schema, Rewrites.input("a", strict), Rewrites.input("b", loose));
    List<String> expected = new ArrayList<>(ForeignFile.read(strict));
    expected.addAll(ForeignFile.read(loose));
    assertThat(ForeignFile.read(rewrites.outputs.get("out-0").bytes())).isEqualTo(expected);
  }

  @Test
  void theTablesNameAndNullabilityAreTaken() throws IOException {
    Schema schema = new Schema(optional(1, "renamed", Types.TimestampType.withZone()));
    byte[] first =
        ForeignFile.of("message m { required int64 a (TIMESTAMP(MILLIS,true)) = 1; }")
            .row(row -> row.add("a", 5L))
            .write();
    byte[] second =
        ForeignFile.of("message m { optional int64 b (TIMESTAMP(MILLIS,true)) = 1; }")
            .row(row -> row.add("b", 6L))
            .row(row -> {})
            .write();
    Rewrites rewrites =
        Rewrites.rewrite(schema, Rewrites.input("a", first), Rewrites.input("b", second));
    byte[] bytes = rewrites.outputs.get("out-0").bytes();
    assertThat(ForeignFile.read(bytes)).containsExactly("renamed: 5", "renamed: 6", "");
    assertThat(Rewrites.footer(bytes).getFileMetaData().getSchema().toString())
        .contains("optional int64 renamed (TIMESTAMP(MILLIS,true)) = 1;");
  }

  @Test
  void differentShapesOfOneColumnAreUnsupported() {
    Schema schema = new Schema(optional(1, "t", Types.TimestampType.withZone()));
    byte[] int96 =
        ForeignFile.of("message m { optional int96 t = 1; }")
            .row(row -> row.add("t", Binary.fromConstantByteArray(new byte[12])))
            .write();
    byte[] millis =
        ForeignFile.of("message m { optional int64 t (TIMESTAMP(MILLIS,true)) = 1; }")
            .row(row -> row.add("t", 5L))
            .write();
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    schema, Rewrites.input("int96", int96), Rewrites.input("millis", millis)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("Column t ");
  }

  @ParameterizedTest
  @CsvSource({
    "PARQUET_1_0, UNCOMPRESSED",
    "PARQUET_1_0, GZIP",
    "PARQUET_1_0, ZSTD",
    "PARQUET_2_0, UNCOMPRESSED",
    "PARQUET_2_0, SNAPPY",
    "PARQUET_2_0, LZ4_RAW",
    "PARQUET_2_0, GZIP"
  })
  void everyPageVersionAndCodecIsRead(WriterVersion version, CompressionCodecName codec)
      throws IOException {
    ForeignFile file =
        ForeignFile.of(
                "message m { required int64 a = 1; optional binary b (STRING) = 2;"
                    + " optional boolean c = 3; optional double d = 4; optional int32 e = 5; }")
            .version(version)
            .codec(codec);
    for (int i = 0; i < 3000; i++) {
      int n = i;
      file.row(
          row -> {
            row.add("a", (long) n * n);
            if (n % 3 > 0) {
              row.add("b", n % 5 == 0 ? "same" : "text " + n);
              row.add("c", n % 2 == 0);
              row.add("d", n / 7.0);
              row.add("e", n % 11);
            }
          });
    }
    assertPassesThrough(
        new Schema(
            Types.NestedField.required(1, "a", Types.LongType.get()),
            optional(2, "b", Types.StringType.get()),
            optional(3, "c", Types.BooleanType.get()),
            optional(4, "d", Types.DoubleType.get()),
            optional(5, "e", Types.IntegerType.get())),
        file.write());
  }

  private static void assertPassesThrough(Schema schema, byte[] bytes) throws IOException {
    Rewrites rewrites =
        Rewrites.rewrite(schema, Rewrites.input("a", bytes), Rewrites.input("b", bytes));
    List<String> expected = new ArrayList<>(ForeignFile.read(bytes));
    expected.addAll(ForeignFile.read(bytes));
    assertThat(ForeignFile.read(rewrites.outputs.get("out-0").bytes())).isEqualTo(expected);
  }
}
