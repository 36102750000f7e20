package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class ExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  private static List<String> lines(Path file) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readString(file).split("\n")) {
      if (!line.isEmpty()) {
        rows.add(RowMeaning.of(JSON.readTree(line)));
      }
    }
    return rows.stream().sorted().toList();
  }

  @Test
  void everyPartitionBecomesOneFileWithAllItsRows() throws Exception {
    Path root = FieldCaches.unpack("with-deletes", home);
    Path to = home.resolve("out");
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", root.toString());
    Map<String, List<String>> expected =
        new TreeMap<>(RowMeaning.parse(FieldCaches.rowLines("with-deletes")));
    for (String dataset : List.of("ai_gateway_messages", "otel_events")) {
      for (String format : List.of("jsonl", "parquet", "csv")) {
        Result result =
            run.run("export", dataset, "--to", to.toString(), "--format", format, "--json");
        assertThat(result.code()).as(result.err()).isZero();
        for (JsonNode file : result.json().get("files")) {
          List<String> rows = expected.getOrDefault(file.get("partition").asText(), List.of());
          assertThat(file.get("rows").asInt()).isEqualTo(rows.size());
          Path path = Path.of(file.get("file").asText());
          assertThat(path)
              .isEqualTo(
                  to.resolve(file.get("partition").asText().substring("datasets/".length()))
                      .resolve("data." + format));
          if (format.equals("jsonl")) {
            assertThat(lines(path)).isEqualTo(rows);
          } else {
            assertThat(count(path, format)).isEqualTo(rows.size());
          }
        }
      }
    }
    try (Stream<Path> files = Files.walk(to)) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allMatch(f -> f.getFileName().toString().startsWith("data."));
    }
  }

  private static int count(Path file, String format) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT count(*) FROM read_%s('%s'%s)"
                    .formatted(
                        format,
                        file,
                        format.equals("csv") ? ", header=true, all_varchar=true" : ""))) {
      result.next();
      return result.getInt(1);
    }
  }

  private CommandRun cache() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    for (String source : List.of("a", "b")) {
      String lines =
          """
          {"id":1,"cost":0.5,"timestamp":"2026-08-03T11:30:00Z"}
          {"id":2,"cost":5,"timestamp":"2026-08-03T10:00:00Z"}
          """;
      assertThat(run.reading(lines).run("append", "jobs", "--source", source).code()).isZero();
    }
    return run;
  }

  @Test
  void whatAPartitionCostsDoesNotGrowWithTheOthers() throws Exception {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    List<Integer> looks = new ArrayList<>();
    int partitions = 0;
    for (int upTo : List.of(3, 9)) {
      for (; partitions < upTo; partitions++) {
        String source = "s" + partitions;
        assertThat(run.reading("{\"id\":1}").run("append", "jobs", "--source", source).code())
            .isZero();
      }
      int[] calls = {0};
      Result result =
          run.on(counting(calls))
              .run("export", "jobs", "--to", home.resolve("out" + upTo).toString(), "--json");
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.json().get("files")).hasSize(upTo);
      looks.add(calls[0]);
      run.on(new LocalDisk());
    }
    assertThat(looks.get(1)).isLessThanOrEqualTo(3 * looks.get(0));
  }

  /** Counts what is read of metadata and cursors, and the listings in the cache. */
  private Disk counting(int[] calls) {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              String call = method.getName() + " " + arguments[0];
              if (call.startsWith("list " + home.resolve("cache"))
                  || call.matches("(read|open) .*(cursor|metadata)\\.json")) {
                calls[0]++;
              }
              try {
                return method.invoke(new LocalDisk(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void rowsAndColumnsAreSelected() throws Exception {
    CommandRun run = cache();
    String to = home.resolve("out").toString();
    Path file = home.resolve("out/jobs/source=b/data.csv");

    Result result =
        run.run(
            "export",
            "jobs",
            "--to",
            to,
            "--format",
            "csv",
            "--where",
            "cost > 1",
            "--columns",
            "cost,id",
            "--partition",
            "source=b");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo(file + ": 1 row, 16 B\n");
    assertThat(file).hasContent("cost,id\r\n5.0,2\r\n");

    assertThat(run.run("export", "jobs", "--to", to + 2, "--format", "csv", "--since", "1h").out())
        .contains(": 1 row,");
    assertThat(home.resolve("out2/jobs/source=a/data.csv"))
        .hasContent("id,cost,timestamp\r\n1,0.5,2026-08-03T11:30:00.000000Z\r\n");
  }

  @Test
  void aFileThatIsThereIsNeverReplaced() throws Exception {
    CommandRun run = cache();
    Path to = home.resolve("out");
    Path file = to.resolve("jobs/source=b/data.parquet");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "mine");

    Result result = run.run("export", "jobs", "--to", to.toString());

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(file + " is there already");
    assertThat(file).hasContent("mine");
    assertThat(to.resolve("jobs/source=a")).doesNotExist();
  }

  @Test
  void whatCannotBeExportedIsSaid() {
    CommandRun run = cache();
    String to = home.resolve("out").toString();
    Map<List<String>, String> problems =
        Map.of(
            List.of("--to", to, "--where", "costs > 1"), "did you mean \"cost\"?",
            List.of("--to", to, "--where", "cost > 'a'"), "is compared with a number",
            List.of("--to", to, "--where", "cost > 1 )"), "expected AND, OR or the end",
            List.of("--to", to, "--columns", "idd"), "did you mean \"id\"?",
            List.of("--to", to, "--format", "xml"), "is none of parquet, jsonl, csv",
            List.of("--to", home + "/cache/x"), "is in the cache",
            List.of("--to", to, "--partition", "source=z"), "is not in dataset jobs");
    problems.forEach(
        (arguments, problem) -> {
          List<String> all = new ArrayList<>(List.of("export", "jobs"));
          all.addAll(arguments);
          Result result = run.run(all.toArray(String[]::new));
          assertThat(result.code()).as(result.err()).isEqualTo(2);
          assertThat(result.err()).contains(problem);
        });
    assertThat(home.resolve("out")).doesNotExist();
  }

  @Test
  void nothingStaysOfAFileThatCouldNotBeWritten() throws Exception {
    CommandRun run = cache();
    RecordingDisk disk = new RecordingDisk();
    disk.failWith(
        call -> {
          if (call.kind() == RecordingDisk.Kind.LINK) {
            throw new IOException("No space left on device");
          }
        });
    Path to = home.resolve("out");

    for (String format : List.of("csv", "parquet")) {
      Result result = run.on(disk).run("export", "jobs", "--to", to.toString(), "--format", format);
      assertThat(result.code()).isEqualTo(5);
    }
    try (Stream<Path> files = Files.walk(to)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }
}
