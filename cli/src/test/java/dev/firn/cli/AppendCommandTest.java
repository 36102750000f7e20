package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class AppendCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  private CommandRun firn() {
    return new CommandRun(home).maintaining();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(home.resolve(name), text);
  }

  private static String numbered(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{\"n\":" + i + "}\n")
        .collect(Collectors.joining());
  }

  private List<String> rows(String dataset) {
    Result result = firn().run("query", "rows", dataset);
    assertThat(result.code()).as(result.err()).isZero();
    return result.lines();
  }

  private JsonNode appended(CommandRun run, String... args) {
    Result result =
        run.run(Stream.concat(Arrays.stream(args), Stream.of("--json")).toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    return result.json();
  }

  @Test
  void whatIsAppendedIsInTheNextQueryRowsInItsOrder() throws IOException {
    Path file =
        file(
            "in.jsonl",
            """
            {"id": 1, "text": "hello", "at": "2026-08-03T10:00:00Z"}

            {"id": 2, "nested": {"a": [1, 2]}}\r
            {"id": 3, "text": null}""");

    Result result = firn().run("append", "messages", file.toString());

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("3 rows in 1 exchange to messages/source=default in 0 ms\n");
    assertThat(result.err()).isEmpty();
    assertThat(rows("messages"))
        .containsExactly(
            "{\"id\":1,\"text\":\"hello\",\"at\":\"2026-08-03T10:00:00.000000Z\"}",
            "{\"id\":2,\"nested\":\"{\\\"a\\\":[1,2]}\"}",
            "{\"id\":3}");
  }

  @Test
  void jsonIsOneDocument() throws IOException {
    Path file = file("in.jsonl", "{\"a\":1}\n{\"a\":\"x\"}\n");
    firn().reading("{\"a\":1}").run("append", "logs", "--partition", "day=3/source=x");

    JsonNode document =
        appended(firn(), "append", "logs", "--partition", "day=3/source=x", file.toString());

    assertThat(document)
        .isEqualTo(
            JSON.readTree(
                """
                { "dataset": "logs", "partition": {"day": "3", "source": "x"},
                  "path": "datasets/logs/day=3/source=x", "rows": 2, "exchanges": 1,
                  "rescuedValues": 1, "held": 0, "badLines": 0, "rejected": 0, "elapsedMs": 0,
                  "bytes": 16, "interrupted": false, "error": null }
                """));
  }

  @Test
  void thePartitionIsTheSourceOrTheKeys() {
    firn().reading("{}").run("append", "logs", "--source", "web");
    firn().reading("{\"a\":1}").run("append", "logs", "--partition", "day=3/source=x");
    firn().reading("{\"a\":1}").run("append", "logs");

    assertThat(home.resolve(".firn/cache/datasets/logs/source=web/cursor.json")).exists();
    assertThat(home.resolve(".firn/cache/datasets/logs/day=3/source=x/cursor.json")).exists();
    assertThat(home.resolve(".firn/cache/datasets/logs/source=default/cursor.json")).exists();
  }

  @Test
  void fromFilesAThousandLinesOrAMegabyteMakeAnExchange() throws IOException {
    Path many = file("many.jsonl", numbered(0, 2500));
    Path fat = file("fat.jsonl", ("{\"t\":\"" + "x".repeat(300_000) + "\"}\n").repeat(7));

    assertThat(appended(firn(), "append", "a", many.toString()).get("exchanges").asInt())
        .isEqualTo(3);
    assertThat(appended(firn(), "append", "b", fat.toString()).get("exchanges").asInt())
        .isEqualTo(3);
    assertThat(rows("a")).hasSize(2500).startsWith("{\"n\":0}", "{\"n\":1}");
    assertThat(rows("a").get(2499)).isEqualTo("{\"n\":2499}");
  }

  @Test
  void batchSaysHowManyLinesMakeAnExchange() throws IOException {
    Path file = file("in.jsonl", numbered(0, 100));

    assertThat(
            appended(firn(), "append", "a", "--batch", "7", file.toString())
                .get("exchanges")
                .asInt())
        .isEqualTo(15);
    assertThat(
            appended(firn().reading(numbered(0, 100)), "append", "b", "--batch", "50")
                .get("exchanges")
                .asInt())
        .isEqualTo(2);
    assertThat(
            appended(firn(), "append", "c", "--batch", "5000", file.toString(), file.toString())
                .get("exchanges")
                .asInt())
        .as("an exchange is from one file")
        .isEqualTo(2);
  }

  @Test
  void arraysThatFollowEachOtherLandInOneFileEachAnExchangeAndInTheirOrder() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      lines.append("[{\"n\":").append(2 * i).append("},{\"n\":").append(2 * i + 1).append("}]\n");
    }
    Path file = file("in.jsonl", lines + numbered(60, 62) + "[{\"n\":62}]\n");

    assertThat(appended(firn(), "append", "a", file.toString()).get("exchanges").asInt())
        .isEqualTo(32);
    assertThat(rows("a"))
        .isEqualTo(IntStream.range(0, 63).mapToObj(i -> "{\"n\":" + i + "}").toList());
    Path data = home.resolve(".firn/cache/datasets/a/source=default/table/data");
    try (Stream<Path> files = Files.list(data)) {
      assertThat(files).hasSize(3);
    }
    assertThat(appended(firn().reading(lines.toString()), "append", "b").get("exchanges").asInt())
        .isEqualTo(30);
  }

  @Test
  void anArrayThatIsRejectedKeepsNoneOfThoseBehindItOut() throws IOException {
    Path root = Files.createDirectories(home.resolve(".firn/cache"));
    Files.writeString(
        root.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"datasets\":{\"a\":{\"on_mismatch\":\"reject\"}}}}}");
    Path file =
        file(
            "in.jsonl",
            "[{\"n\":0}]\n[{\"n\":\"x\"}]\n[{\"n\":2}]\n[{\"n\":\"y\"}]\n[{\"n\":4}]\n");

    Result result = firn().run("append", "a", file.toString(), "--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.json().get("exchanges").asInt()).isEqualTo(3);
    assertThat(result.json().get("rejected").asInt()).isEqualTo(2);
    assertThat(result.err()).contains("line 2: column n: \"x\"", "line 4: column n: \"y\"");
    assertThat(rows("a")).containsExactly("{\"n\":0}", "{\"n\":2}", "{\"n\":4}");
  }

  @Test
  void aLineThatIsAnArrayIsAnExchangeOfItsOwn() throws IOException {
    Path file = file("in.jsonl", "{\"n\":0}\n{\"n\":1}\n[{\"n\":2},{\"n\":3}]\n{\"n\":4}\n[]\n");

    Result result = firn().run("append", "a", file.toString(), "--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.json().get("exchanges").asInt()).isEqualTo(3);
    assertThat(result.err())
        .isEqualTo("firn: " + file + ", line 5: No row in the array; left out\n");
    assertThat(rows("a"))
        .containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}");
  }

  @Test
  void filesNamedGzAreUncompressedAndStdinIsADash() throws IOException {
    Path zipped = home.resolve("in.jsonl.gz");
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    for (String part : List.of(numbered(0, 10), numbered(10, 15))) {
      try (OutputStream zip = new GZIPOutputStream(members)) {
        zip.write(part.getBytes(StandardCharsets.UTF_8));
      }
    }
    Files.write(zipped, members.toByteArray());

    JsonNode document =
        appended(firn().reading("{\"n\":15}\n{\"n\":16}"), "append", "a", zipped.toString(), "-");

    assertThat(document.get("rows").asInt()).isEqualTo(17);
    assertThat(rows("a").get(16)).isEqualTo("{\"n\":16}");
  }

  @Test
  void aLineThatIsNoJsonIsNamedWithItsNumberAndTheRestGoesIn() throws IOException {
    Path file =
        file(
            "in.jsonl",
            "{\"n\":0}\nnothing\n{\"n\":1}\n{\"n\":}\n\n{\"n\":2},{\"n\":9}\n7\n{\"n\":3}\n{\"n\":4");

    Result result = firn().run("append", "a", file.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("3 rows in 1 exchange", "5 lines are no exchanges and were left out");
    assertThat(result.err().lines().map(l -> l.replace(file.toString(), "FILE")).toList())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).startsWith("firn: FILE, line 2: No JSON: Unrecognized token"),
            line -> assertThat(line).startsWith("firn: FILE, line 4: No JSON: Unexpected char"),
            line ->
                assertThat(line).startsWith("firn: FILE, line 6: No JSON: Unexpected character"),
            line -> assertThat(line).startsWith("firn: FILE, line 7: Neither an object nor an"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "firn: FILE, line 9: No JSON: Unexpected end-of-input: expected close marker for Object (at byte 6); left out"));
    assertThat(rows("a")).containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":3}");
  }

  @Test
  void onlyTheFirstBadLinesAreNamedButAllAreCounted() throws IOException {
    Path file = file("in.jsonl", "{bad}\n".repeat(1500) + "{\"n\":1}\n");

    Result result = firn().run("append", "a", file.toString(), "--json");

    assertThat(result.json().get("badLines").asInt()).isEqualTo(1500);
    assertThat(result.json().get("rows").asInt()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(21);
    assertThat(result.err()).endsWith("firn: 1,480 more lines like that\n");
  }

  @Test
  void rejectedLinesAreNamedWithColumnValueAndTypeAndTheOthersGoIn() throws IOException {
    Path root = Files.createDirectories(home.resolve(".firn/cache"));
    Files.writeString(
        root.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"datasets\":{\"a\":{\"on_mismatch\":\"reject\"}}}}}");
    firn().reading("{\"n\":0}").run("append", "a");
    String lines = numbered(1, 400) + "{\"n\":\"x\"}\n" + numbered(400, 700) + "{\"n\":true}\n";
    Path file = file("in.jsonl", lines + "[{\"n\":700},{\"n\":[]}]\n" + numbered(701, 710));

    Result result = firn().run("append", "a", file.toString(), "--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.json().get("rejected").asInt()).isEqualTo(3);
    assertThat(result.json().get("rows").asInt()).isEqualTo(708);
    assertThat(result.json().get("exchanges").asInt()).isLessThan(30);
    assertThat(result.err().replace(file.toString(), "FILE"))
        .isEqualTo(
            """
            firn: FILE, line 400: column n: "x" is no int; rejected
            firn: FILE, line 701: column n: true is no int; rejected
            firn: FILE, line 702: row 2 of 2, column n: [] is no int; all of them rejected
            """);
    assertThat(rows("a")).hasSize(709).doesNotHaveDuplicates().doesNotContain("{\"n\":700}");
    assertThat(firn().run("append", "a", file.toString()).out())
        .contains("3 lines do not fit and were rejected");

    Result other = firn().reading("{\"n\":0}\n{\"n\":\"x\"}\n").run("append", "b");
    assertThat(other.code()).as("the other dataset rescues").isZero();
  }

  @Test
  void rescuedValuesAreCounted() {
    firn().reading("{\"n\":0}").run("append", "a");

    Result result = firn().reading("{\"n\":\"x\"}\n{\"n\":\"y\"}\n").run("append", "a");

    assertThat(result.code()).isZero();
    assertThat(result.lines())
        .containsExactly(
            "2 rows in 1 exchange to a/source=default in 0 ms",
            "2 values did not fit their columns and are in _rescued");
    assertThat(rows("a"))
        .containsExactly(
            "{\"n\":0}",
            "{\"_rescued\":\"{\\\"n\\\":\\\"x\\\"}\"}",
            "{\"_rescued\":\"{\\\"n\\\":\\\"y\\\"}\"}");
  }

  @Test
  void twoThousandDistinctKeysAllGoIn() throws IOException {
    String lines =
        IntStream.range(0, 2000)
            .mapToObj(i -> "{\"id\":" + i + ",\"key" + i + "\":\"v" + i + "\"}\n")
            .collect(Collectors.joining());

    JsonNode document = appended(firn().reading(lines), "append", "a", "--batch", "500");

    assertThat(document.get("rows").asInt()).isEqualTo(2000);
    assertThat(document.get("rescuedValues").asInt()).isBetween(1000, 1002);
    List<String> rows = rows("a");
    assertThat(rows).hasSize(2000);
    for (int i = 0; i < 2000; i++) {
      assertThat(rows.get(i)).contains("\"id\":" + i + ",", "key" + i, "v" + i);
    }
  }

  @Test
  void aValueOfThirtyMegabytesGoesIn() throws IOException {
    String value = "v".repeat(30_000_000);
    Path file = file("in.jsonl", "{\"n\":0}\n{\"n\":1,\"t\":\"" + value + "\"}\n{\"n\":2}\n");

    assertThat(appended(firn(), "append", "a", file.toString()).get("exchanges").asInt())
        .isEqualTo(3);
    assertThat(rows("a"))
        .containsExactly("{\"n\":0}", "{\"n\":1,\"t\":\"" + value + "\"}", "{\"n\":2}");
  }

  /** Gives its bursts one by one, each only when the cache holds the rows of those before. */
  private InputStream bursts(String dataset, String... bursts) {
    AtomicInteger next = new AtomicInteger();
    return new InputStream() {
      @Override
      public int read() {
        throw new AssertionError("read in blocks");
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        int index = next.getAndIncrement();
        long before =
            Arrays.stream(bursts)
                .limit(index)
                .flatMapToInt(String::chars)
                .filter(c -> c == '\n')
                .count();
        while (index > 0 && index <= bursts.length && seen(dataset) < before) {
          Thread.onSpinWait();
        }
        if (index >= bursts.length) {
          return -1;
        }
        byte[] bytes = bursts[index].getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, target, offset, bytes.length);
        return bytes.length;
      }
    };
  }

  /** Rows that a reader sees now; none as long as there is no dataset. */
  private int seen(String dataset) {
    Result result = firn().run("query", "rows", dataset);
    return result.code() == 0 ? result.lines().size() : 0;
  }

  @Test
  void fromAPipeWhateverHasArrivedMakesAnExchange() throws IOException {
    InputStream pipe = bursts("a", numbered(0, 3), numbered(3, 4), numbered(4, 104));

    JsonNode document = appended(firn().reading(pipe), "append", "a");

    assertThat(document.get("exchanges").asInt()).isEqualTo(3);
    assertThat(rows("a")).hasSize(104);
  }

  @Test
  void ofAPipeNoMoreThanAFilesExchangeIsTakenAtOnce() {
    assertThat(appended(firn().reading(numbered(0, 3000)), "append", "a").get("exchanges").asInt())
        .isBetween(3, 60);
    assertThat(rows("a")).hasSize(3000);
  }

  @Test
  void halfALineDoesNotKeepTheLinesBeforeItWaiting() {
    InputStream pipe = bursts("a", "{\"n\":0}\n{\"n\"", ":1}\n{\"n\":2", "}\n");

    assertThat(appended(firn().reading(pipe), "append", "a").get("rows").asInt()).isEqualTo(3);
    assertThat(rows("a")).containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}");
  }

  @Test
  void nothingToAppendCreatesNothing() {
    Result result = firn().reading("\n \n").run("append", "a");

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo("0 rows in 0 exchanges to a/source=default in 0 ms\n");
    assertThat(home.resolve(".firn")).doesNotExist();
  }

  static List<String> caches() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("caches")
  void aFieldCacheKeepsItsRowsAndTakesNewOnes(String name) throws IOException {
    Path root = FieldCaches.unpack(name, home);
    CommandRun run = firn().with("FIRN_ROOT", root.toString());
    for (JsonNode partition : run.run("query", "status", "--json").json().get("partitions")) {
      if (!partition.get("state").asText().equals("live")) {
        continue;
      }
      String keys = partition.get("path").asText().replaceFirst("datasets/[^/]*/", "");
      String dataset = partition.get("dataset").asText();
      String[] query = {"query", "rows", dataset, "--partition", keys};
      List<String> before = run.run(query).lines();
      String fresh = "{\"fresh_column\":\"a\"}\n{\"fresh_column\":\"b\"}\n";

      JsonNode document =
          appended(run.reading(fresh), "append", dataset, "--partition", keys, "--batch", "1");
      assertThat(document.get("rows").asInt()).isEqualTo(2);
      appended(run.reading(""), "append", dataset, "--partition", keys);

      List<String> expected = new ArrayList<>(before);
      expected.addAll(fresh.lines().toList());
      assertThat(run.run(query).lines()).containsExactlyInAnyOrderElementsOf(expected);
      Result last = run.run("query", "rows", dataset, "--partition", keys, "--last", "2");
      assertThat(last.lines()).isEqualTo(fresh.lines().toList());
      assertThat(run.run("query", "maintain", dataset, "--force").code()).isIn(0, 3);
      assertThat(run.run(query).lines()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void statusShowsWhatIsUnpublishedOnlyWhereSomethingIs() throws IOException {
    firn().reading("{\"n\":0}").run("append", "a");
    Path data = home.resolve(".firn/cache/datasets/a/source=default/table/data");
    assertThat(firn().run("query", "status").out()).doesNotContain("UNPUBLISHED", "HELD");
    Path published;
    try (Stream<Path> files = Files.list(data)) {
      published = files.filter(p -> p.getFileName().toString().startsWith("1-")).findFirst().get();
    }
    // What a kill between landing and publishing leaves.
    Files.copy(published, data.resolve("2-0123456789abcdef.parquet"));

    Result status = firn().run("query", "status");

    assertThat(status.out()).contains("UNPUBLISHED").contains("1 partition, 2 rows, 1 file");
    assertThat(rows("a")).hasSize(2);
  }

  @Test
  void ctrlCLandsWhatWasReadAndEndsIt() throws Exception {
    CommandRun run = firn();
    InputStream endless =
        new InputStream() {
          private int next;

          @Override
          public int read() {
            throw new AssertionError("read in blocks");
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            int n = next++;
            if (n == 500) {
              run.stop();
            }
            byte[] line = ("{\"n\":" + n + "}\n").getBytes(StandardCharsets.UTF_8);
            System.arraycopy(line, 0, target, offset, line.length);
            return line.length;
          }
        };

    JsonNode document = appended(run.reading(endless), "append", "a", "--batch", "1000000");

    assertThat(document.get("interrupted").asBoolean()).isTrue();
    assertThat(document.get("rows").asInt()).isEqualTo(500);
    assertThat(rows("a")).hasSize(500);
  }

  @Test
  void snapshotsAreKeptAsConfigured() throws IOException {
    Path root = Files.createDirectories(home.resolve(".firn/cache"));
    Files.writeString(
        root.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"maintenance\":{\"min_snapshots_to_keep\":2}}}}");
    for (int i = 0; i < 6; i++) {
      firn().at(InstantSource.system()).reading("{\"n\":" + i + "}").run("append", "a");
    }

    JsonNode status = firn().run("query", "status", "--json").json();

    assertThat(status.get("partitions").get(0).get("snapshots").asInt()).isEqualTo(2);
  }
}
