package dev.firn.cli;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.testing.ForeignTable;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Structs whose fields files spell in another way, and those that the engine has no type for. */
class SqlStructsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Types.StructType INNER =
      Types.StructType.of(
          optional(8, "e.f", Types.StringType.get()), optional(9, "1st", Types.LongType.get()));

  /** With the ids that a new table gives. */
  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.IntegerType.get()),
          optional(
              2,
              "odd-top",
              Types.StructType.of(
                  optional(5, "a-b", Types.IntegerType.get()),
                  optional(6, "c d \"q\"", INNER),
                  optional(7, "plain", Types.StringType.get()))),
          optional(
              3,
              "l",
              Types.ListType.ofOptional(
                  10, Types.StructType.of(optional(11, "ä", Types.IntegerType.get())))),
          optional(
              4,
              "m",
              Types.MapType.ofOptional(
                  12,
                  13,
                  Types.StringType.get(),
                  Types.ListType.ofOptional(
                      14, Types.StructType.of(optional(15, "v-w", Types.DoubleType.get()))))));

  @TempDir Path home;

  private CommandRun run() {
    return new CommandRun(home).maintaining().with("FIRN_ROOT", home.resolve("cache").toString());
  }

  private static Result sql(CommandRun run, String query) {
    Result result = run.run("query", "sql", query, "--format", "jsonl");
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private static List<String> rows(List<String> lines) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : lines) {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      row.remove("source");
      rows.add(RowMeaning.of(dropNulls(row)));
    }
    return rows.stream().sorted().toList();
  }

  /** Null in a struct is as if absent. */
  private static JsonNode dropNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(field -> field.getValue().isNull());
    }
    node.forEach(SqlStructsTest::dropNulls);
    return node;
  }

  /** What {@code query rows} reads with Iceberg. */
  private static void assertSqlShowsTheTrueRows(CommandRun run, String dataset, int count)
      throws IOException {
    Result result = sql(run, "FROM " + dataset);
    assertThat(result.err()).isEmpty();
    assertThat(rows(result.lines()))
        .hasSize(count)
        .isEqualTo(rows(run.run("query", "rows", dataset).lines()));
  }

  private ForeignTable table() throws IOException {
    ForeignTable table = ForeignTable.create(home.resolve("cache"), SCHEMA, 2);
    assertThat(table.table().schema().asStruct()).isEqualTo(SCHEMA.asStruct());
    table.append(
        table.row(
            1,
            new Object[] {5, new Object[] {"x", 6L}, "p"},
            List.of(new Object[] {7}, new Object[] {null}),
            Map.of("k", List.of())),
        table.row(2, new Object[] {null, null, null}, List.of(), null),
        table.row(3, null, null, null));
    return table;
  }

  @Test
  void fieldsThatIcebergSpellsInAnotherWayInFilesAreThereUnderTheirNames() throws Exception {
    ForeignTable table = table();
    CommandRun run = run();
    String dataset = table.partition().dataset();

    assertSqlShowsTheTrueRows(run, dataset, 3);
    assertThat(sql(run, "SELECT \"odd-top\".\"a-b\" AS n FROM " + dataset + " WHERE n = 5").out())
        .isEqualTo("{\"n\":5}\n");
    assertThat(sql(run, "DESCRIBE " + dataset).out())
        .contains("STRUCT(\\\"a-b\\\" INTEGER, \\\"c d \\\"\\\"q\\\"\\\"\\\" STRUCT(")
        .doesNotContain("_x");
    assertThat(run.run("query", "maintain", "--force").code()).isZero();
    assertSqlShowsTheTrueRows(run, dataset, 3);
  }

  @Test
  void filesOfOtherWritersThatSpellThemAsTheyAreAreReadBesideThem() throws Exception {
    ForeignTable table = table();
    Path file = table.generation().paths().data().resolve("other.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          ("COPY (SELECT 4::INTEGER AS id, {'a-b': 8::INTEGER, 'c d \"q\"': {'e.f': 'y', '1st': 9},"
                  + " 'plain': 'z'} AS \"odd-top\", [{'ä': 1::INTEGER}] AS l,"
                  + " MAP {'k': [{'v-w': 0.5::DOUBLE}]} AS m) TO '%s' (FIELD_IDS {id: 1,"
                  + " 'odd-top': {__duckdb_field_id: 2, 'a-b': 5, 'c d \"q\"': {__duckdb_field_id:"
                  + " 6, 'e.f': 8, '1st': 9}, plain: 7}, l: {__duckdb_field_id: 3, element:"
                  + " {__duckdb_field_id: 10, 'ä': 11}}, m: {__duckdb_field_id: 4, key: 12, value:"
                  + " {__duckdb_field_id: 13, element: {__duckdb_field_id: 14, 'v-w': 15}}}})")
              .formatted(file));
    }
    table.commit(
        List.of(
            DataFiles.builder(table.table().spec())
                .withPath(file.toUri().toString())
                .withFileSizeInBytes(Files.size(file))
                .withRecordCount(1)
                .withFormat(FileFormat.PARQUET)
                .build()));

    String dataset = table.partition().dataset();
    assertSqlShowsTheTrueRows(run(), dataset, 4);
    assertThat(sql(run(), "SELECT m.k[1].\"v-w\" AS v FROM " + dataset + " WHERE id = 4").out())
        .isEqualTo("{\"v\":0.5}\n");
    Result exported =
        run().run("export", dataset, "--to", home + "/out", "--format", "jsonl", "--json");
    assertThat(exported.err()).isEmpty();
    Path out = Path.of(exported.json().path("files").path(0).path("file").asText());
    assertThat(rows(Files.readAllLines(out)))
        .isEqualTo(rows(run().run("query", "rows", dataset).lines()));
  }

  @Test
  void aStructThatHasNothingMoreOfWhatItHadIsNoError() throws Exception {
    ForeignTable table =
        ForeignTable.create(
            home.resolve("cache"),
            new Schema(
                required(1, "id", Types.IntegerType.get()),
                optional(2, "s", Types.StructType.of(optional(3, "a", Types.IntegerType.get())))),
            2);
    table.append(table.row(1, new Object[] {5}));
    table.table().updateSchema().addColumn("s", "b", Types.StringType.get()).commit();
    table.table().updateSchema().deleteColumn("s.a").commit();
    table.append(table.row(2, new Object[] {"x"}));

    assertSqlShowsTheTrueRows(run(), table.partition().dataset(), 2);
  }

  @Test
  void columnsThatThereIsNothingForInSqlAreNamed() throws Exception {
    Schema schema =
        new Schema(
            required(1, "id", Types.IntegerType.get()),
            optional(2, "place", Types.GeometryType.crs84()),
            optional(3, "list", Types.ListType.ofOptional(4, Types.VariantType.get())),
            optional(
                5,
                "cases",
                Types.StructType.of(
                    optional(6, "a", Types.IntegerType.get()),
                    optional(7, "A", Types.IntegerType.get()))));
    ForeignTable table = ForeignTable.create(home.resolve("cache"), schema, 3);
    String dataset = table.partition().dataset();

    Result result = sql(run(), "SELECT count(id) AS n FROM " + dataset);

    assertThat(result.out()).isEqualTo("{\"n\":0}\n");
    assertThat(result.err())
        .contains("column \"place\" of " + dataset + " is left out")
        .contains("its type list<variant>")
        .contains("column \"cases\"")
        .doesNotContain("\"id\"");
    assertThat(run().run("query", "sql", "SELECT 1").err()).isEmpty();
  }
}
