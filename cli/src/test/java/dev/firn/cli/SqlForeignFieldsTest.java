package dev.firn.cli;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.core.testing.ForeignTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of writers that name fields otherwise than the table does, or give them other ids or none.
 * What the engine is to show is what Iceberg's reader shows, which goes by ids; where that would be
 * NULL for want of an id, both refuse.
 */
class SqlForeignFieldsTest {
  private static final Types.StructType STRUCT =
      Types.StructType.of(
          optional(6, "a", Types.IntegerType.get()), optional(7, "b", Types.StringType.get()));

  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.IntegerType.get()),
          optional(2, "n", Types.IntegerType.get()),
          optional(3, "s", STRUCT),
          optional(
              4,
              "l",
              Types.ListType.ofOptional(
                  8, Types.StructType.of(optional(9, "x", Types.IntegerType.get())))),
          optional(
              5,
              "m",
              Types.MapType.ofOptional(
                  10,
                  11,
                  Types.StringType.get(),
                  Types.StructType.of(optional(12, "y", Types.IntegerType.get())))));

  @TempDir Path home;

  private CommandRun run() {
    return new CommandRun(home).maintaining().with("FIRN_ROOT", home.resolve("cache").toString());
  }

  private ForeignTable table() throws Exception {
    ForeignTable table = ForeignTable.create(home.resolve("cache"), SCHEMA, 2);
    assertThat(table.table().schema().asStruct()).isEqualTo(SCHEMA.asStruct());
    table.append(
        table.row(
            1,
            1,
            new Object[] {5, "five"},
            List.of(new Object[] {1}, new Object[] {2}),
            Map.of("k", new Object[] {1})));
    return table;
  }

  /** Adds a file that the engine writes with these ids. */
  private static Path add(ForeignTable table, String select, String ids) throws Exception {
    Path file = table.generation().paths().data().resolve("other.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + file + "' (FIELD_IDS {" + ids + "})");
    }
    DataFiles.Builder built =
        DataFiles.builder(table.table().spec())
            .withPath(file.toUri().toString())
            .withFileSizeInBytes(Files.size(file))
            .withRecordCount(1)
            .withFormat(FileFormat.PARQUET);
    table.commit(
        List.of(
            table.table().spec().isPartitioned()
                ? built.withPartitionPath("n=9").build()
                : built.build()));
    return file;
  }

  private String sql(ForeignTable table, String columns) {
    Result result =
        run()
            .run(
                "query",
                "sql",
                "SELECT " + columns + " FROM " + table.partition().dataset() + " WHERE id = 2",
                "--format",
                "jsonl");
    assertThat(result.code()).as(result.err()).isZero();
    return result.out().strip();
  }

  /** What Iceberg's reader says. */
  private String row(ForeignTable table) {
    Result result = run().run("query", "rows", table.partition().dataset());
    assertThat(result.code()).as(result.err()).isZero();
    return result.lines().stream().filter(line -> line.contains("\"id\":2")).findFirst().get();
  }

  private void assertRefused(ForeignTable table, Path file, String reason) {
    for (List<String> command :
        List.of(
            List.of("query", "sql", "FROM " + table.partition().dataset()),
            List.of("query", "rows", table.partition().dataset()))) {
      assertRefused(run().run(command.toArray(String[]::new)), file, reason);
    }
  }

  private static void assertRefused(Result result, Path file, String reason) {
    assertThat(result.code()).as(result.err()).isEqualTo(3);
    assertThat(result.err()).contains(file.toString(), reason);
  }

  @Test
  void aFieldWithItsIdUnderAnotherNameHasItsValue() throws Exception {
    ForeignTable table = table();
    add(
        table,
        "SELECT 2::INTEGER AS id, {'was': 8::INTEGER, 'b': 'eight'} AS s",
        "id: 1, s: {__duckdb_field_id: 3, was: 6, b: 7}");

    assertThat(sql(table, "s")).isEqualTo("{\"s\":{\"a\":8,\"b\":\"eight\"}}");
    assertThat(row(table)).contains("\"s\":{\"a\":8,\"b\":\"eight\"}");
  }

  @Test
  void soHaveThoseInListsAndMaps() throws Exception {
    ForeignTable table = table();
    add(
        table,
        "SELECT 2::INTEGER AS id, [{'was': 8::INTEGER}] AS l, MAP {'k': {'was': 9::INTEGER}} AS m",
        "id: 1, l: {__duckdb_field_id: 4, element: {__duckdb_field_id: 8, was: 9}},"
            + " m: {__duckdb_field_id: 5, key: 10, value: {__duckdb_field_id: 11, was: 12}}");

    assertThat(sql(table, "l")).isEqualTo("{\"l\":[{\"x\":8}]}");
    assertThat(sql(table, "m")).isEqualTo("{\"m\":{\"k\":{\"y\":9}}}");
    assertThat(row(table)).contains("\"l\":[{\"x\":8}]", "\"m\":{\"k\":{\"y\":9}}");
  }

  @Test
  void aFieldWithAnotherOnesIdIsNotWhatItIsCalled() throws Exception {
    ForeignTable table = table();
    add(
        table,
        "SELECT 2::INTEGER AS id, {'a': 8::INTEGER, 'b': 'eight'} AS s",
        "id: 1, s: {__duckdb_field_id: 3, a: 12, b: 7}");

    assertThat(sql(table, "s")).isEqualTo("{\"s\":{\"a\":null,\"b\":\"eight\"}}");
    assertThat(row(table)).contains("\"s\":{").contains("\"b\":\"eight\"").doesNotContain("8");
  }

  @Test
  void fieldsThatChangedTheirNamesAreNotMixedUp() throws Exception {
    ForeignTable table = table();
    add(
        table,
        "SELECT 2::INTEGER AS id, {'b': 8::INTEGER, 'a': 'eight'} AS s",
        "id: 1, s: {__duckdb_field_id: 3, b: 6, a: 7}");

    assertThat(sql(table, "s")).isEqualTo("{\"s\":{\"a\":8,\"b\":\"eight\"}}");
  }

  @Test
  void aStructInWhichNothingIsCalledAsInTheTableIsRead() throws Exception {
    ForeignTable table = table();
    add(
        table,
        "SELECT 2::INTEGER AS id, {'p': 8::INTEGER} AS s",
        "id: 1, s: {__duckdb_field_id: 3, p: 6}");

    assertThat(sql(table, "s")).isEqualTo("{\"s\":{\"a\":8,\"b\":null}}");
  }

  @Test
  void nestedFieldsWithoutIdsAreNamedInsteadOfShowingNulls() throws Exception {
    ForeignTable table = table();
    Path file =
        add(table, "SELECT 2::INTEGER AS id, {'a': 8::INTEGER, 'b': 'eight'} AS s", "id: 1, s: 3");

    assertRefused(table, file, "s.a");
    assertRefused(
        run().run("export", table.partition().dataset(), "--to", home + "/out"),
        file,
        ": expected field id 6 for s.a, found no field id");
  }

  @Test
  void soAreThoseInListsAndMaps() throws Exception {
    ForeignTable table = table();
    Path file =
        add(
            table,
            "SELECT 2::INTEGER AS id, [{'x': 8::INTEGER}] AS l",
            "id: 1, l: {__duckdb_field_id: 4, element: 8}");

    assertRefused(table, file, ".x");
  }

  @Test
  void idsThatTheTableNeverGaveAreNoIds() throws Exception {
    ForeignTable table = table();
    Path file =
        add(
            table,
            "SELECT 2::INTEGER AS id, {'a': 8::INTEGER, 'b': 'eight'} AS s",
            "id: 1, s: {__duckdb_field_id: 3, a: 101, b: 7}");

    Result pass = run().run("query", "maintain", "--force");
    assertThat(pass.out() + pass.err()).contains("field id 101, which it never gave");
    assertRefused(table, file, "field id 101, which it never gave");
  }

  @Test
  void anotherTypeIsNamed() throws Exception {
    ForeignTable table = table();
    Path file = add(table, "SELECT 2::INTEGER AS id, 8::INTEGER AS s", "id: 1, s: 3");

    assertRefused(table, file, "expected ");
  }

  @Test
  void listsAndMapsWhoseElementsHaveNoIdsAreRead() throws Exception {
    ForeignTable table = table();
    add(
        table,
        "SELECT 2::INTEGER AS id, [{'x': 8::INTEGER}] AS l, MAP {'k': {'y': 9::INTEGER}} AS m",
        "id: 1, l: {__duckdb_field_id: 4, element: {x: 9}},"
            + " m: {__duckdb_field_id: 5, value: {y: 12}}");

    assertThat(sql(table, "l")).isEqualTo("{\"l\":[{\"x\":8}]}");
    assertThat(sql(table, "m")).isEqualTo("{\"m\":{\"k\":{\"y\":9}}}");
    assertThat(row(table)).contains("\"l\":[{\"x\":8}]", "\"m\":{\"k\":{\"y\":9}}");
  }

  @Test
  void valuesThatAreInThePartitionAloneAreThere() throws Exception {
    ForeignTable table =
        ForeignTable.create(
            home.resolve("cache"),
            SCHEMA,
            PartitionSpec.builderFor(SCHEMA).identity("n").build(),
            SortOrder.unsorted(),
            2);
    add(table, "SELECT 2::INTEGER AS id", "id: 1");

    assertThat(sql(table, "n")).isEqualTo("{\"n\":9}");
    assertThat(row(table)).contains("\"n\":9");
  }

  @Test
  void aColumnWithoutAnIdBesideOthersThatHaveOneIsNamed() throws Exception {
    ForeignTable table = table();
    Path file = add(table, "SELECT 2::INTEGER AS id, 8::INTEGER AS n", "id: 1");

    assertRefused(table, file, "field id 2");
  }

  @Test
  void soIsOneInATableWithoutStructs() throws Exception {
    ForeignTable table =
        ForeignTable.create(home.resolve("cache"), new Schema(SCHEMA.columns().subList(0, 2)), 2);
    Path file = add(table, "SELECT 2::INTEGER AS id, 8::INTEGER AS n", "id: 1");

    assertRefused(table, file, "field id 2");
  }

  @Test
  void columnsThatTheTableDoesNotHaveNeedNoId() throws Exception {
    ForeignTable table = table();
    add(table, "SELECT 2::INTEGER AS id, 8::INTEGER AS n, 'x' AS own", "id: 1, n: 2");

    assertThat(sql(table, "n")).isEqualTo("{\"n\":8}");
    assertThat(row(table)).contains("\"n\":8").doesNotContain("own");
  }
}
