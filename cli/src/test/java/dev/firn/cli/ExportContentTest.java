package dev.firn.cli;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.ForeignTable;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That what was exported is what was there, and that nobody's file is touched. */
@VerifiedAtTheEnd
class ExportContentTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final Types.StructType STRUCT =
      Types.StructType.of(
          optional(30, "when", Types.TimestampType.withZone()),
          optional(31, "bytes", Types.BinaryType.get()),
          optional(32, "share", Types.DoubleType.get()),
          optional(33, "names", Types.ListType.ofOptional(34, Types.StringType.get())));
  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.IntegerType.get()),
          optional(2, "text", Types.StringType.get()),
          optional(3, "big", Types.LongType.get()),
          optional(4, "price", Types.DecimalType.of(30, 3)),
          optional(5, "half", Types.FloatType.get()),
          optional(6, "whole", Types.DoubleType.get()),
          optional(7, "yes", Types.BooleanType.get()),
          optional(8, "day", Types.DateType.get()),
          optional(9, "hour", Types.TimeType.get()),
          optional(10, "there", Types.TimestampType.withoutZone()),
          optional(11, "then", Types.TimestampType.withZone()),
          optional(12, "uuid", Types.UUIDType.get()),
          optional(13, "fixed", Types.FixedType.ofLength(3)),
          optional(14, "binary", Types.BinaryType.get()),
          optional(15, "list", Types.ListType.ofOptional(16, Types.DoubleType.get())),
          optional(
              17,
              "map",
              Types.MapType.ofOptional(18, 19, Types.StringType.get(), Types.LongType.get())),
          optional(
              20,
              "numbered",
              Types.MapType.ofOptional(21, 22, Types.IntegerType.get(), Types.BinaryType.get())),
          optional(23, "struct", STRUCT),
          optional(
              24,
              "structs",
              Types.ListType.ofOptional(
                  25, Types.StructType.of(optional(26, "at", Types.TimestampType.withoutZone())))));

  @TempDir Path home;

  private CommandRun run() {
    return new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
  }

  private ForeignTable table() throws IOException {
    ForeignTable table = ForeignTable.create(home.resolve("cache"), SCHEMA, 2);
    Object[] full = {
      1,
      "ä \"q\", 'x'\n\ty; €",
      Long.MAX_VALUE,
      new BigDecimal("123456789012345678901234567.891"),
      0.1f,
      Double.NaN,
      true,
      LocalDate.parse("1969-12-31"),
      LocalTime.parse("23:59:59.000001"),
      LocalDateTime.parse("2026-02-28T01:02:03.000004"),
      OffsetDateTime.parse("1960-01-01T00:00:00.000001Z"),
      UUID.fromString("00000000-0000-0000-0000-00000000000a"),
      new byte[] {0, -1, 10},
      ByteBuffer.wrap(new byte[] {0, 34, -128}),
      new ArrayList<>(List.of(1.5, Double.POSITIVE_INFINITY)),
      Map.of("a \"b\"", 1L),
      Map.of(-7, ByteBuffer.wrap(new byte[] {-1})),
      new Object[] {
        OffsetDateTime.parse("2026-01-31T12:00:00.5Z"),
        ByteBuffer.wrap(new byte[] {-1, 0}),
        -0.25,
        List.of("x", "")
      },
      List.of()
    };
    Object[] empty = {
      2,
      "",
      0L,
      new BigDecimal("0.000"),
      0f,
      0.0,
      false,
      LocalDate.EPOCH,
      LocalTime.MIN,
      LocalDateTime.parse("1970-01-01T00:00:00"),
      OffsetDateTime.parse("1970-01-01T00:00:00Z"),
      new UUID(0, 0),
      new byte[3],
      ByteBuffer.allocate(0),
      List.of(),
      Map.of(),
      Map.of(),
      new Object[] {null, null, null, null},
      List.of()
    };
    Object[] absent = new Object[SCHEMA.columns().size()];
    absent[0] = 3;
    table.append(table.row(full), table.row(empty), table.row(absent));
    return table;
  }

  private Path export(CommandRun run, String dataset, String format, String... more)
      throws IOException {
    List<String> args = new ArrayList<>(List.of("export", dataset, "--format", format));
    args.addAll(List.of("--to", home.resolve("out").toString()));
    args.addAll(List.of(more));
    Result result = run.run(args.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    Path directory = partition(home.resolve("out"), dataset);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).noneMatch(file -> file.toString().contains(".firn-"));
    }
    return directory;
  }

  private Path partition(Path out, String dataset) throws IOException {
    Path path = out.resolve(dataset);
    for (var key :
        new CacheDirectory(new LocalDisk(), home.resolve("cache"))
            .partitions(dataset)
            .get(0)
            .keys()
            .entrySet()) {
      path = path.resolve(key.getKey() + "=" + key.getValue());
    }
    return path;
  }

  private static List<String> meanings(List<String> lines) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : lines) {
      rows.add(
          RowMeaning.of(JSON.readTree(line))
              .replaceAll("\"(when|bytes|share|names)\":null,?", "")
              .replace(",}", "}"));
    }
    return rows.stream().sorted().toList();
  }

  private static List<List<String>> query(String query) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  @Test
  void jsonLinesHaveEveryTypeAsQueryRowsPrintsIt() throws Exception {
    String dataset = table().partition().dataset();
    List<String> expected = meanings(run().run("query", "rows", dataset).lines());

    List<String> lines = Files.readAllLines(export(run(), dataset, "jsonl").resolve("data.jsonl"));

    assertThat(expected).hasSize(3);
    assertThat(meanings(lines)).isEqualTo(expected);
    JsonNode empty = JSON.readTree(lines.get(1));
    JsonNode absent = JSON.readTree(lines.get(2));
    for (String column : List.of("text", "list", "map", "structs", "binary")) {
      assertThat(empty.get(column)).as(column).isEmpty();
      assertThat(absent.get(column).isNull()).as(column).isTrue();
    }
    assertThat(empty.get("text").asText("null")).isEmpty();
  }

  @Test
  void csvHasTheSameValuesAndTellsNullFromEmpty() throws Exception {
    String dataset = table().partition().dataset();
    List<String> lines = Files.readAllLines(export(run(), dataset, "jsonl").resolve("data.jsonl"));

    Path file = export(run(), dataset, "csv").resolve("data.csv");

    List<List<String>> rows =
        query(
            "FROM read_csv('%s', header=true, all_varchar=true, allow_quoted_nulls=false, hive_partitioning=false)"
                .formatted(file));
    assertThat(rows).hasSize(3);
    for (int i = 0; i < rows.size(); i++) {
      ObjectNode row = (ObjectNode) JSON.readTree(lines.get(i));
      int column = 0;
      for (var field : row.properties()) {
        String cell = rows.get(i).get(column++);
        JsonNode value = field.getValue();
        if (value.isNull()) {
          assertThat(cell).as(field.getKey()).isNull();
        } else if (value.isContainerNode()) {
          assertThat(JSON.readTree(cell)).as(field.getKey()).isEqualTo(value);
        } else if (value.isNumber()) {
          assertThat(new BigDecimal(cell))
              .as(field.getKey())
              .isEqualByComparingTo(value.decimalValue());
        } else {
          assertThat(cell).as(field.getKey()).isEqualTo(value.asText());
        }
      }
    }
  }

  @Test
  void parquetHasTheSameValuesAndTypes() throws Exception {
    String dataset = table().partition().dataset();
    Path file = export(run(), dataset, "parquet").resolve("data.parquet");

    Map<String, String> types = new HashMap<>();
    query("DESCRIBE FROM read_parquet('%s', hive_partitioning=false)".formatted(file))
        .forEach(row -> types.put(row.get(0), row.get(1)));

    assertThat(types)
        .hasSize(SCHEMA.columns().size())
        .containsEntry("price", "DECIMAL(30,3)")
        .containsEntry("half", "FLOAT")
        .containsEntry("hour", "TIME")
        .containsEntry("then", "TIMESTAMP WITH TIME ZONE")
        .containsEntry("uuid", "UUID")
        .containsEntry("fixed", "BLOB")
        .containsEntry("numbered", "MAP(INTEGER, BLOB)")
        .containsEntry("structs", "STRUCT(\"at\" TIMESTAMP)[]");
    assertThat(
            query(
                "SELECT id, \"text\", price, half, isnan(whole), CAST(\"hour\" AS VARCHAR), len(list), base64(struct.bytes),"
                    + " \"numbered\"[-7] IS NULL, struct IS NULL, structs IS NULL FROM '%s' ORDER BY 1"
                        .formatted(file)))
        .containsExactly(
            List.of(
                "1",
                "ä \"q\", 'x'\n\ty; €",
                "123456789012345678901234567.891",
                "0.1",
                "true",
                "23:59:59.000001",
                "2",
                "/wA=",
                "false",
                "false",
                "false"),
            java.util.Arrays.asList(
                "2", "", "0.000", "0.0", "false", "00:00:00", "0", null, "true", "false", "false"),
            java.util.Arrays.asList(
                "3", null, null, null, null, null, null, null, "true", "true", "true"));
  }

  @Test
  void filesAreAsLargeAsAskedForAndHoldEveryRowOnce() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 6000; i++) {
      lines.append(
          "{\"id\":%d,\"t\":\"%s\"}\n"
              .formatted(i, UUID.nameUUIDFromBytes(new byte[] {(byte) i, (byte) (i >> 8)})));
    }
    assertThat(run().reading(lines.toString()).run("append", "jobs").code()).isZero();
    for (String format : List.of("parquet", "csv", "jsonl")) {
      Path directory = export(run(), "jobs", format, "--max-file-bytes", "40000");

      try (Stream<Path> files = Files.list(directory)) {
        List<Path> parts = files.filter(f -> f.toString().endsWith(format)).sorted().toList();
        assertThat(parts).hasSizeGreaterThan(2).hasSizeLessThan(20);
        assertThat(parts.get(1).getFileName()).hasToString("data-00002." + format);
      }
      assertThat(
              query(
                  "SELECT count(*), count(DISTINCT id), sum(CAST(id AS BIGINT)), count(DISTINCT t) FROM '%s/data-*.%s'"
                      .formatted(directory, format)))
          .containsExactly(List.of("6000", "6000", "17997000", "6000"));
      assertThat(run().run("export", "jobs", "--to", home + "/out", "--format", format).err())
          .contains("data-00001." + format + " is there already");
    }
    assertThat(run().run("export", "jobs", "--to", home + "/x", "--max-file-bytes", "5").code())
        .isEqualTo(2);
  }

  @Test
  void aFileThatSomebodyMakesMeanwhileIsTheirs() throws Exception {
    assertThat(run().reading("{\"id\":1}").run("append", "jobs").code()).isZero();
    Path file = home.resolve("out/jobs/source=default/data.csv");
    RecordingDisk disk = new RecordingDisk();
    disk.failWith(
        call -> {
          if (call.kind() == RecordingDisk.Kind.LINK) {
            Files.writeString(file, "theirs");
          }
        });

    Result result = run().on(disk).run("export", "jobs", "--to", home + "/out", "--format", "csv");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(file + " was made meanwhile");
    assertThat(file).hasContent("theirs");
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void nothingIsExportedIntoTheCacheByALink() throws Exception {
    assertThat(run().reading("{\"id\":1}").run("append", "jobs").code()).isZero();
    Files.createSymbolicLink(home.resolve("link"), home.resolve("cache"));

    Result result = run().run("export", "jobs", "--to", home + "/link/out");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("is in the cache");
  }

  @Test
  void whatAKilledExportLeftIsNamedAndStays() throws Exception {
    assertThat(run().reading("{\"id\":1}").run("append", "jobs").code()).isZero();
    Path left = home.resolve("out/jobs/source=default/data.csv.firn-" + new UUID(1, 2));
    Files.createDirectories(left.getParent());
    Files.writeString(left, "id");

    Result result = run().run("export", "jobs", "--to", home + "/out", "--format", "csv");

    assertThat(result.code()).isZero();
    assertThat(result.err()).contains(left + " is left of an export that was killed, at ");
    assertThat(left).hasContent("id");
    assertThat(left.resolveSibling("data.csv")).hasContent("id\r\n1\r\n");
  }

  @Test
  void bytesThatAreOthersOnTheDiskAreNoExport() throws Exception {
    assertThat(run().reading("{\"id\":1}").run("append", "jobs").code()).isZero();
    RecordingDisk disk = new RecordingDisk();
    disk.failWith(
        call -> {
          if (call.kind() == RecordingDisk.Kind.SYNC && call.path().toString().contains(".firn-")) {
            Files.writeString(call.path(), "{\"id\":2}\n");
          }
        });

    Result result =
        run().on(disk).run("export", "jobs", "--to", home + "/out", "--format", "jsonl");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("the bytes that were written");
    try (Stream<Path> files = Files.walk(home.resolve("out"))) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void progressIsShownOnATerminalAndErased() throws Exception {
    assertThat(run().reading("{\"id\":1}").run("append", "jobs").code()).isZero();
    CommandRun run = run().onTerminal();
    for (String format : List.of("parquet", "csv")) {
      Result result = run.run("export", "jobs", "--to", home + "/out", "--format", format);

      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.err())
          .contains(format.equals("csv") ? "/out/jobs/source=default" : "reading /")
          .endsWith("\r\u001b[K");
    }
  }

  @Test
  void columnsThatNoFileCanHoldAreNamed() throws Exception {
    Schema schema =
        new Schema(
            required(1, "id", Types.IntegerType.get()),
            optional(2, "place", Types.GeometryType.crs84()),
            optional(3, "list", Types.ListType.ofOptional(4, Types.VariantType.get())),
            optional(
                5,
                "odd",
                Types.StructType.of(
                    optional(6, "a", Types.IntegerType.get()),
                    optional(7, "A", Types.IntegerType.get()))));
    String dataset = ForeignTable.create(home.resolve("cache"), schema, 3).partition().dataset();
    String to = home.resolve("out").toString();

    assertThat(run().run("export", dataset, "--to", to).err())
        .contains("column \"place\" of type geometry")
        .contains("column \"list\" of type list<variant>")
        .contains("column \"odd\" of type struct<a: int, A: int>")
        .contains("is left out");
    assertThat(run().run("export", dataset, "--to", to + 2, "--columns", "id").err()).isEmpty();
    Result asked = run().run("export", dataset, "--to", to + 3, "--columns", "place");
    assertThat(asked.code()).isEqualTo(2);
    assertThat(asked.err()).contains("column \"place\" is of type geometry");
  }

  @Test
  void linesThatAreAppendedAgainAreTheSameRows() throws Exception {
    CommandRun run = run();
    String lines =
        """
        {"n":1,"t":"x","at":"2026-01-01T00:00:00Z","o":{"a":[1.50,null]},"d":0.5}
        {"n":1.5,"t":true,"N":2,"":[],"d":1e400,"_rescued":7}
        {"n":null,"o":"{}","x\\ny":{"_rescued":"{}"}}
        {"n":5000000000,"_rescued":"{\\"n\\": 2.5}"}
        """;
    assertThat(run.reading(lines).run("append", "jobs", "--batch", "1").code()).isZero();
    String to = home.resolve("to").toString();
    assertThat(run.run("export", "jobs", "--to", to, "--format", "jsonl").code()).isZero();
    String exported = Files.readString(home.resolve("to/jobs/source=default/data.jsonl"));

    for (String batch : List.of("1", "100")) {
      CommandRun again = new CommandRun(home).with("FIRN_ROOT", home.resolve(batch).toString());
      Result appended = again.reading(exported).run("append", "jobs", "--batch", batch);
      assertThat(appended.out()).contains("values did not fit");
      assertThat(again.run("query", "rows", "jobs").out())
          .isEqualTo(run.run("query", "rows", "jobs").out());
    }
  }
}
