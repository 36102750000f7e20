package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.junit.jupiter.api.Test;

/** Inputs of older schemas, compared with how Iceberg's own reader resolves them. */
final class SchemaEvolutionTest {
  @Test
  void widerTypesTakeNarrowerValues() throws IOException {
    assertResolved(
        new Schema(
            optional(1, "n", Types.LongType.get()),
            optional(2, "f", Types.DoubleType.get()),
            optional(3, "d", Types.DecimalType.of(12, 2)),
            optional(4, "e", Types.DecimalType.of(25, 3)),
            optional(5, "g", Types.DecimalType.of(38, 1)),
            optional(6, "l", Types.ListType.ofOptional(7, Types.LongType.get()))),
        new Schema(
            optional(1, "n", Types.IntegerType.get()),
            optional(2, "f", Types.FloatType.get()),
            optional(3, "d", Types.DecimalType.of(5, 2)),
            optional(4, "e", Types.DecimalType.of(15, 3)),
            optional(5, "g", Types.DecimalType.of(20, 1)),
            optional(6, "l", Types.ListType.ofOptional(7, Types.IntegerType.get()))),
        row(
            -7,
            1.5f,
            new BigDecimal("-12.34"),
            new BigDecimal("-12345678.901"),
            new BigDecimal("-1234567890123456789.1"),
            List.of(1, -2)),
        row(Integer.MIN_VALUE, -0.0f, new BigDecimal("0.01"), null, null, null),
        row(null, Float.NaN, null, new BigDecimal("1.000"), new BigDecimal("0.1"), List.of()));
  }

  @Test
  void renamedMovedAndDroppedColumnsAreFoundById() throws IOException {
    assertResolved(
        new Schema(
            optional(3, "a", Types.StringType.get()),
            optional(1, "c", Types.LongType.get()),
            optional(
                4,
                "s",
                Types.StructType.of(
                    optional(6, "x", Types.StringType.get()),
                    optional(5, "y", Types.StringType.get())))),
        new Schema(
            optional(1, "a", Types.LongType.get()),
            optional(2, "b", Types.StringType.get()),
            optional(3, "c", Types.StringType.get()),
            optional(
                4,
                "t",
                Types.StructType.of(
                    optional(5, "x", Types.StringType.get()),
                    optional(7, "gone", Types.StringType.get()),
                    optional(6, "y", Types.StringType.get())))),
        row(1L, "dropped", "kept", row("five", "gone", "six")),
        row(null, null, "kept", row(null, null, "six")),
        row(2L, null, null, null));
  }

  @Test
  void addedColumnsAreNullAtEveryDepth() throws IOException {
    Schema old =
        new Schema(
            required(1, "id", Types.LongType.get()),
            optional(
                2,
                "s",
                Types.StructType.of(
                    optional(3, "in", Types.ListType.ofOptional(4, Types.StringType.get())))),
            optional(
                5,
                "l",
                Types.ListType.ofOptional(
                    6,
                    Types.StructType.of(
                        optional(7, "deep", Types.ListType.ofOptional(8, Types.LongType.get())),
                        optional(9, "flat", Types.StringType.get())))));
    Type list = Types.ListType.ofOptional(20, Types.StringType.get());
    Schema current =
        new Schema(
            required(1, "id", Types.LongType.get()),
            optional(
                2,
                "s",
                Types.StructType.of(
                    optional(10, "new1", Types.StringType.get()),
                    optional(3, "in", Types.ListType.ofOptional(4, Types.StringType.get())),
                    optional(11, "new2", list))),
            optional(
                5,
                "l",
                Types.ListType.ofOptional(
                    6,
                    Types.StructType.of(
                        optional(7, "deep", Types.ListType.ofOptional(8, Types.LongType.get())),
                        optional(
                            12,
                            "new3",
                            Types.StructType.of(required(13, "r", Types.LongType.get())))))),
            optional(
                14,
                "new4",
                Types.MapType.ofRequired(15, 16, Types.StringType.get(), Types.LongType.get())),
            optional(17, "new5", Types.VariantType.get()));
    assertResolved(
        current,
        old,
        row(
            1L,
            row(List.of("a", "b")),
            List.of(row(List.of(1L, 2L, 3L), "x"), row(List.of(), "y"), row(null, null))),
        row(2L, null, List.of()),
        row(3L, row((Object) null), null),
        row(4L, row(List.of()), listOf(null, row(List.of(7L), null), null)));
  }

  @Test
  void addedColumnsTakeTheirInitialDefault() throws IOException {
    UUID uuid = new UUID(5, 6);
    Schema current =
        new Schema(
            required(1, "id", Types.LongType.get()),
            withDefault("i", 2, Types.IntegerType.get(), Literal.of(7)),
            withDefault("s", 3, Types.StringType.get(), Literal.of("défaut")),
            withDefault("b", 4, Types.BooleanType.get(), Literal.of(true)),
            withDefault("d", 5, Types.DoubleType.get(), Literal.of(-2.5)),
            withDefault("f", 6, Types.FloatType.get(), Literal.of(0.5f)),
            withDefault("u", 7, Types.UUIDType.get(), Literal.of(uuid)),
            withDefault("n", 8, Types.DecimalType.of(20, 2), Literal.of(new BigDecimal("-1.25"))),
            withDefault("m", 9, Types.DecimalType.of(6, 2), Literal.of(new BigDecimal("3.50"))),
            withDefault(
                "y", 10, Types.BinaryType.get(), Literal.of(ByteBuffer.wrap(new byte[] {1, 2}))),
            Types.NestedField.required("r")
                .withId(11)
                .ofType(Types.LongType.get())
                .withInitialDefault(Literal.of(99L))
                .build(),
            optional(
                12,
                "struct",
                Types.StructType.of(
                    optional(13, "old", Types.LongType.get()),
                    withDefault("added", 14, Types.StringType.get(), Literal.of("inner")))));
    Schema old =
        new Schema(
            required(1, "id", Types.LongType.get()),
            optional(12, "struct", Types.StructType.of(optional(13, "old", Types.LongType.get()))));
    assertResolved(current, old, row(1L, row(5L)), row(2L, row((Object) null)), row(3L, null));
  }

  @Test
  void requiredBecomesOptional() throws IOException {
    assertResolved(
        new Schema(
            optional(1, "a", Types.LongType.get()),
            optional(2, "s", Types.StructType.of(optional(3, "b", Types.StringType.get()))),
            optional(4, "l", Types.ListType.ofOptional(5, Types.StringType.get()))),
        new Schema(
            required(1, "a", Types.LongType.get()),
            required(2, "s", Types.StructType.of(required(3, "b", Types.StringType.get()))),
            required(4, "l", Types.ListType.ofRequired(5, Types.StringType.get()))),
        row(1L, row("x"), List.of("p", "q")),
        row(2L, row("y"), List.of()));
  }

  @Test
  void optionalBecomesRequiredAsLongAsNothingIsNull() throws IOException {
    Schema old = new Schema(optional(1, "a", Types.LongType.get()));
    Schema current = new Schema(required(1, "a", Types.LongType.get()));
    assertResolved(current, old, row(1L), row(2L));

    byte[] bytes = write(old, row(1L), row((Object) null), row(3L));
    assertThatThrownBy(() -> Rewrites.rewrite(current, Rewrites.input("holds-null", bytes)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("Column a ")
        .hasMessageContaining("null in row 1")
        .hasMessageContaining("holds-null");
    Rewrites dropped = Rewrites.rewrite(current, Rewrites.input("holds-null", bytes, 1));
    assertThat(dropped.rows()).containsExactly(List.of(1L), List.of(3L));
  }

  @Test
  void aRequiredColumnThatIsMissingIsUnsupported() {
    Schema current =
        new Schema(
            optional(1, "a", Types.LongType.get()),
            optional(
                2,
                "s",
                Types.StructType.of(
                    optional(3, "x", Types.LongType.get()),
                    required(4, "y", Types.LongType.get()))));
    Schema old =
        new Schema(
            optional(1, "a", Types.LongType.get()),
            optional(2, "s", Types.StructType.of(optional(3, "x", Types.LongType.get()))));
    assertUnsupported(current, write(old, row(1L, row(2L))), "s.y", "a required field");
  }

  @Test
  void aStructThatLostAllItsFieldsIsUnsupported() {
    Schema old =
        new Schema(
            optional(1, "a", Types.LongType.get()),
            optional(2, "s", Types.StructType.of(optional(3, "x", Types.LongType.get()))));
    Schema current =
        new Schema(optional(1, "a", Types.LongType.get()), optional(2, "s", Types.StructType.of()));
    assertUnsupported(current, write(old, row(1L, row(2L))), "s", "a struct with fields");
  }

  @Test
  void columnThatReadersTakeFromThePartitionIsNotTurnedIntoNulls() throws IOException {
    Schema old = new Schema(optional(1, "a", Types.LongType.get()));
    Schema current =
        new Schema(
            optional(1, "a", Types.LongType.get()), optional(2, "p", Types.StringType.get()));
    RewriteInput plain = Rewrites.input("lacks-p", write(old, row(1L)));
    RewriteInput input =
        new RewriteInput(plain.name(), plain.file(), plain.dropped(), 1, java.util.Set.of(2));

    assertThatThrownBy(() -> Rewrites.rewrite(current, input))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("Column p")
        .hasMessageContaining("lacks-p");
    assertThat(Rewrites.rewrite(current, plain).result.files()).hasSize(1);
  }

  @Test
  void typesThatDoNotWidenAreUnsupportedIfInputsDiffer() {
    Schema longs = new Schema(optional(1, "a", Types.LongType.get()));
    byte[] strings = write(new Schema(optional(1, "a", Types.StringType.get())), row("x"));
    byte[] numbers = write(longs, row(1L));
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    longs, Rewrites.input("numbers", numbers), Rewrites.input("strings", strings)))
        .isInstanceOfSatisfying(
            UnsupportedRewriteException.class,
            e -> {
              assertThat(e.input()).isEqualTo("strings");
              assertThat(e.column()).isEqualTo("a");
            })
        .hasMessageContaining("int64")
        .hasMessageContaining("binary a (STRING)");
  }

  @Test
  void anotherTimeUnitIsUnsupportedBesideTheTablesOwn() {
    Schema micros = new Schema(optional(1, "t", Types.TimestampType.withZone()));
    byte[] millis =
        ForeignFile.of("message m { optional int64 t (TIMESTAMP(MILLIS,true)) = 1; }")
            .row(row -> row.add("t", 5L))
            .write();
    byte[] own =
        ForeignFile.of("message m { optional int64 t (TIMESTAMP(MICROS,true)) = 1; }")
            .row(row -> row.add("t", 5L))
            .write();
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    micros, Rewrites.input("own", own), Rewrites.input("millis", millis)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("millis");
  }

  @Test
  void filesWithoutFieldIdsAreUnsupported() {
    byte[] bytes =
        ForeignFile.of("message m { optional int64 a; }").row(row -> row.add("a", 1L)).write();
    assertUnsupported(new Schema(optional(1, "a", Types.LongType.get())), bytes, "*", "field ids");
  }

  @Test
  void aColumnWithoutAnIdIsNotTakenForOneThatIsNotThere() {
    byte[] bytes =
        ForeignFile.of("message m { optional int64 a = 1; optional int64 b; }")
            .row(row -> row.append("a", 1L).append("b", 2L))
            .write();
    assertUnsupported(
        new Schema(optional(1, "a", Types.LongType.get()), optional(2, "b", Types.LongType.get())),
        bytes,
        "b",
        "field id 2");
  }

  @Test
  void aListWhoseElementHasNoIdIsNotTakenForOneWithoutElements() {
    byte[] other =
        write(
            new Schema(optional(1, "l", Types.ListType.ofOptional(2, Types.LongType.get()))),
            row(List.of(1L)));
    byte[] bytes =
        ForeignFile.of(
                "message m { optional group l (LIST) = 1 { repeated group list {"
                    + " optional int64 element; } } }")
            .row(row -> row.addGroup("l").addGroup("list").add("element", 1L))
            .write();
    Schema schema =
        new Schema(optional(1, "l", Types.ListType.ofOptional(2, Types.LongType.get())));
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    schema, Rewrites.input("other", other), Rewrites.input("no-id", bytes)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("no-id");
  }

  @Test
  void decimalsInBytesBecomeTheTablesRepresentation() throws IOException {
    Schema schema =
        new Schema(
            optional(1, "a", Types.DecimalType.of(9, 2)),
            optional(2, "b", Types.DecimalType.of(18, 2)),
            optional(3, "c", Types.DecimalType.of(30, 2)));
    ForeignFile file =
        ForeignFile.of(
            "message m { optional fixed_len_byte_array(16) a (DECIMAL(9,2)) = 1;"
                + " optional binary b (DECIMAL(18,2)) = 2; optional binary c (DECIMAL(20,2)) = 3; }");
    for (String number : List.of("0.00", "-0.01", "1234567.89", "-9999999.99")) {
      byte[] bytes = new BigDecimal(number).unscaledValue().toByteArray();
      file.row(
          row -> {
            row.add("a", ValueConversion.fixed(binary(bytes), 16));
            row.add("b", binary(bytes));
            row.add("c", binary(bytes));
          });
    }
    Rewrites rewrites = Rewrites.rewrite(schema, Rewrites.input("a", file.write()));
    assertThat(rewrites.rows().toString())
        .isEqualTo(
            "[[0.00, 0.00, 0.00], [-0.01, -0.01, -0.01], [1234567.89, 1234567.89, 1234567.89],"
                + " [-9999999.99, -9999999.99, -9999999.99]]");
    assertThat(type(rewrites, 0)).isEqualTo(PrimitiveTypeName.INT32);
    assertThat(type(rewrites, 1)).isEqualTo(PrimitiveTypeName.INT64);
    assertThat(type(rewrites, 2)).isEqualTo(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY);
  }

  private static org.apache.parquet.io.api.Binary binary(byte[] bytes) {
    return org.apache.parquet.io.api.Binary.fromConstantByteArray(bytes);
  }

  private static PrimitiveTypeName type(Rewrites rewrites, int column) {
    return rewrites
        .footer(0)
        .getFileMetaData()
        .getSchema()
        .getColumns()
        .get(column)
        .getPrimitiveType()
        .getPrimitiveTypeName();
  }

  private static void assertUnsupported(
      Schema schema, byte[] bytes, String column, String expected) {
    assertThatThrownBy(() -> Rewrites.rewrite(schema, Rewrites.input("the-input", bytes)))
        .isInstanceOfSatisfying(
            UnsupportedRewriteException.class,
            e -> {
              assertThat(e.input()).isEqualTo("the-input");
              assertThat(e.column()).isEqualTo(column);
            })
        .hasMessageContaining(expected);
  }

  /** Old files before, between and after a file of the current schema. */
  private static void assertResolved(Schema current, Schema old, Object[]... rows)
      throws IOException {
    byte[] bytes = write(old, rows);
    List<Object> resolved = Rewrites.read(current, bytes);
    assertThat(resolved).hasSize(rows.length);
    Rewrites once = Rewrites.rewrite(current, Rewrites.input("old", bytes));
    assertThat(once.rows()).isEqualTo(resolved);

    byte[] now = once.outputs.get("out-0").bytes();
    Rewrites twice =
        Rewrites.rewrite(
            current,
            Rewrites.input("old", bytes),
            Rewrites.input("new", now),
            Rewrites.input("old, one dropped", bytes, 0));
    List<Object> expected = new ArrayList<>(resolved);
    expected.addAll(resolved);
    expected.addAll(resolved.subList(1, resolved.size()));
    assertThat(twice.rows()).isEqualTo(expected);
  }

  private static Types.NestedField withDefault(
      String name, int id, Type type, Literal<?> initialDefault) {
    return Types.NestedField.optional(name)
        .withId(id)
        .ofType(type)
        .withInitialDefault(initialDefault.to(type))
        .build();
  }

  private static Object[] row(Object... values) {
    return values;
  }

  private static List<Object> listOf(Object... values) {
    return java.util.Arrays.asList(values);
  }

  private static byte[] write(Schema schema, Object[]... rows) {
    List<Record> records = new ArrayList<>();
    for (Object[] row : rows) {
      records.add((Record) value(schema.asStruct(), row));
    }
    return Rewrites.write(schema, records);
  }

  private static Object value(Type type, Object value) {
    if (value == null) {
      return null;
    }
    if (type.isStructType()) {
      GenericRecord record = GenericRecord.create(type.asStructType());
      Object[] values = (Object[]) value;
      for (int i = 0; i < values.length; i++) {
        record.set(i, value(type.asStructType().fields().get(i).type(), values[i]));
      }
      return record;
    }
    if (type.isListType()) {
      List<Object> list = new ArrayList<>();
      for (Object element : (List<?>) value) {
        list.add(value(type.asListType().elementType(), element));
      }
      return list;
    }
    return value;
  }
}
