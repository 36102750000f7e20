package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.testing.ForeignTable;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables whose schema another engine changed while it wrote: what Iceberg's own reader makes of
 * their files before a pass is what it makes of the one file after it.
 */
class SchemaHistoryTest {
  private static final Types.StructType INNER =
      Types.StructType.of(
          optional(10, "a", Types.IntegerType.get()), optional(11, "b", Types.StringType.get()));
  private static final Schema NESTED =
      new Schema(
          required(1, "id", Types.IntegerType.get()),
          optional(2, "s", INNER),
          optional(
              3,
              "l",
              Types.ListType.ofOptional(
                  4,
                  Types.StructType.of(
                      optional(12, "a", Types.IntegerType.get()),
                      optional(13, "deep", Types.ListType.ofOptional(14, Types.FloatType.get()))))),
          optional(
              5,
              "m",
              Types.MapType.ofOptional(
                  6,
                  7,
                  Types.StringType.get(),
                  Types.StructType.of(optional(15, "a", Types.IntegerType.get())))));

  @TempDir Path root;
  private ForeignTable table;

  private void create(Schema schema, int version) throws IOException {
    table = ForeignTable.create(root, schema, version);
  }

  private interface Change {
    void of(UpdateSchema schema);
  }

  private void change(Change change) throws IOException {
    UpdateSchema update = table.table().updateSchema();
    change.of(update);
    update.commit();
  }

  private void compacts() throws IOException {
    new ForeignPasses(root, table).compactsTo(table.rows());
    assertThat(table.generation().liveFiles()).hasSize(1);
  }

  private static Object struct(Object... values) {
    return values;
  }

  private void appendNested(int id) throws IOException {
    table.append(
        table.row(
            id,
            struct(id, "b"),
            java.util.Arrays.asList(struct(1, List.of(0.1f)), null, struct(null, List.of())),
            Map.of("k", struct(5), "other", struct((Object) null))),
        table.row(id + 1, null, List.of(), Map.of()),
        table.row(id + 2, struct(null, null), null, null));
  }

  @Test
  void nestedFieldsAreAddedDroppedRenamedAndWidenedInStructsListsAndMaps() throws IOException {
    create(NESTED, 2);
    appendNested(0);
    change(
        s ->
            s.addColumn("s", "c", Types.DoubleType.get())
                .addColumn("l", "c", INNER)
                .addColumn("m", "c", Types.ListType.ofOptional(100, Types.LongType.get()))
                .updateColumn("id", Types.LongType.get())
                .updateColumn("s.a", Types.LongType.get())
                .updateColumn("l.element.a", Types.LongType.get())
                .updateColumn("m.value.a", Types.LongType.get())
                .updateColumn("l.element.deep.element", Types.DoubleType.get())
                .renameColumn("s.b", "renamed")
                .renameColumn("l.element.deep", "shallow")
                .renameColumn("m.value.a", "z"));
    table.append(
        table.row(
            10L,
            struct(1L << 40, "b", 0.5),
            List.of(struct(2L, List.of(0.1), struct(3, "x"))),
            Map.of("k", struct(5L, List.of(7L)))));
    change(
        s ->
            s.deleteColumn("s.a")
                .deleteColumn("l.element.shallow")
                .deleteColumn("m.value.z")
                .moveFirst("m"));
    table.append(
        table.row(
            Map.of("k", struct(List.of(8L))), 20L, struct("b", 1.5), List.of(struct(9L, null))));
    change(s -> s.deleteColumn("s.renamed").deleteColumn("l.element.a"));

    compacts();
  }

  @Test
  void columnsDroppedAndAddedAgainUnderTheirNameAreOthers() throws IOException {
    create(NESTED, 2);
    appendNested(0);
    change(s -> s.deleteColumn("s").deleteColumn("l.element.a").deleteColumn("m"));
    change(
        s ->
            s.addColumn("s", Types.StringType.get())
                .addColumn("l", "a", Types.IntegerType.get())
                .addColumn(
                    "m",
                    Types.MapType.ofOptional(
                        100, 101, Types.StringType.get(), Types.IntegerType.get())));
    table.append(
        table.row(10, List.of(struct(null, 4)), "again", Map.of("k", 1)),
        table.row(11, null, null, null));
    change(s -> s.deleteColumn("s"));
    change(s -> s.addColumn("s", INNER));
    appendReordered();

    compacts();
    assertThat(table.rows())
        .filteredOn(row -> row.contains("id=0 ") || row.contains("id=10 "))
        .hasSize(2)
        .allMatch(row -> row.contains("s=null"));
  }

  private void appendReordered() throws IOException {
    table.append(table.row(20, null, Map.of(), struct(6, "y")));
  }

  @Test
  void requiredBecomesOptionalAtEveryDepth() throws IOException {
    create(
        new Schema(
            required(1, "id", Types.IntegerType.get()),
            required(2, "s", Types.StructType.of(required(3, "a", Types.StringType.get()))),
            required(
                4,
                "l",
                Types.ListType.ofRequired(
                    5, Types.StructType.of(required(6, "a", Types.StringType.get())))),
            required(
                7,
                "m",
                Types.MapType.ofRequired(
                    8,
                    9,
                    Types.StringType.get(),
                    Types.StructType.of(required(10, "a", Types.LongType.get()))))),
        2);
    table.append(
        table.row(1, struct("x"), List.of(struct("y"), struct("z")), Map.of("k", struct(1L))),
        table.row(2, struct("x"), List.of(), Map.of()));
    change(
        s ->
            s.makeColumnOptional("id")
                .makeColumnOptional("s")
                .makeColumnOptional("s.a")
                .makeColumnOptional("l")
                .makeColumnOptional("l.element.a")
                .makeColumnOptional("m")
                .makeColumnOptional("m.value.a"));
    table.append(
        table.row(null, null, null, null),
        table.row(
            3,
            struct((Object) null),
            List.of(struct((Object) null)),
            Map.of("k", struct((Object) null))));

    compacts();
  }

  @Test
  void filesOlderThanAColumnTakeItsInitialDefaultOfEveryType() throws IOException {
    create(new Schema(required(1, "id", Types.IntegerType.get())), 3);
    table.append(table.row(1), table.row(2));
    Map<Type, Literal<?>> defaults =
        Map.ofEntries(
            Map.entry(Types.BooleanType.get(), Literal.of(true)),
            Map.entry(Types.IntegerType.get(), Literal.of(-7)),
            Map.entry(Types.LongType.get(), Literal.of(1L << 40)),
            Map.entry(Types.FloatType.get(), Literal.of(-0.0f)),
            Map.entry(Types.DoubleType.get(), Literal.of(2.5)),
            Map.entry(Types.StringType.get(), Literal.of("défaut")),
            Map.entry(Types.DateType.get(), Literal.of("1969-12-30")),
            Map.entry(Types.TimeType.get(), Literal.of("12:34:56.789012")),
            Map.entry(Types.TimestampType.withoutZone(), Literal.of("1969-12-31T23:59:58.000001")),
            Map.entry(Types.TimestampType.withZone(), Literal.of("2026-11-22T10:00:00.5+00:00")),
            Map.entry(
                Types.TimestampNanoType.withoutZone(), Literal.of("2026-11-22T10:00:00.123456789")),
            Map.entry(Types.UUIDType.get(), Literal.of(new UUID(5, -6))),
            Map.entry(Types.FixedType.ofLength(3), Literal.of(new byte[] {1, -2, 3})),
            Map.entry(Types.BinaryType.get(), Literal.of(ByteBuffer.wrap(new byte[] {9}))),
            Map.entry(Types.DecimalType.of(5, 2), Literal.of(new BigDecimal("-1.25"))),
            Map.entry(Types.DecimalType.of(15, 1), Literal.of(new BigDecimal("99999999999.9"))),
            Map.entry(Types.DecimalType.of(38, 3), Literal.of(new BigDecimal("-0.001"))));
    change(
        s ->
            defaults.forEach(
                (type, value) -> {
                  String name = type.toString().replaceAll("\\W+", "_");
                  s.addColumn(name, type, value.to(type));
                  s.addRequiredColumn("required_" + name, type, value.to(type));
                }));
    change(
        s ->
            s.updateColumn("int", Types.LongType.get())
                .updateColumn("float", Types.DoubleType.get()));

    List<String> before = table.rows();
    assertThat(before).allMatch(row -> !row.contains("null"));
    table.append(withDefaults());
    compacts();
  }

  /** A row of the current schema, as a reader completes one that is older. */
  private Record withDefaults() throws IOException {
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table.table()).build()) {
      return rows.iterator().next().copy();
    }
  }

  @Test
  void nestedFieldsTakeTheirInitialDefaultWhereTheirStructIs() throws IOException {
    create(NESTED, 3);
    appendNested(0);
    change(
        s ->
            s.addColumn("s", "d", Types.StringType.get(), null, Literal.of("in s"))
                .addColumn("l", "d", Types.LongType.get(), null, Literal.of(4L))
                .addRequiredColumn("m", "d", Types.IntegerType.get(), null, Literal.of(5))
                .addColumn("late", INNER));
    change(s -> s.addColumn("late", "d", Types.BooleanType.get(), null, Literal.of(false)));
    change(s -> s.updateColumn("m.value.d", Types.LongType.get()));

    assertThat(table.rows()).anyMatch(row -> row.contains("d=in s") && row.contains("d=5"));
    table.append(
        table.row(
            9,
            struct(1, null, null),
            List.of(struct(1, null, null)),
            Map.of("k", struct(null, 6L)),
            struct(null, null, null)));
    compacts();
  }

  @Test
  void columnsOfUnknownTypeStayWithoutAFile() throws IOException {
    create(
        new Schema(
            required(1, "id", Types.IntegerType.get()), optional(2, "u", Types.UnknownType.get())),
        3);
    table.append(table.row(1, null));
    change(
        s ->
            s.addColumn(
                "s",
                Types.StructType.of(
                    optional(9, "u", Types.UnknownType.get()),
                    optional(8, "v", Types.StringType.get()))));
    table.append(table.row(2, null, struct(null, "v")));

    compacts();
  }
}
