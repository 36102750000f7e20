package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  static List<String> caches() {
    return FieldCaches.names();
  }

  private Result rows(Path root, String... args) {
    List<String> line = new ArrayList<>(List.of("query", "rows", "--root", root.toString()));
    line.addAll(List.of(args));
    return new CommandRun(home).run(line.toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("caches")
  void rowsOfAFieldCacheAreThoseItsWriterReads(String name) throws IOException {
    Path root = FieldCaches.unpack(name, home);
    Set<String> unreadable = unreadable(name);
    List<String> expected = new ArrayList<>();
    for (String line : FieldCaches.rowLines(name)) {
      JsonNode row = JSON.readTree(line);
      if (!unreadable.contains(row.get("partition").asText())) {
        expected.add(meaning(row));
      }
    }

    List<String> found = new ArrayList<>();
    for (String dataset : datasets(root)) {
      Result result = rows(root, dataset, "--with-partition");
      boolean damaged =
          unreadable.stream().anyMatch(p -> p.startsWith("datasets/" + dataset + "/"));
      assertThat(result.code()).isEqualTo(damaged ? 3 : 0);
      assertThat(result.err().isEmpty()).isEqualTo(!damaged);
      for (String line : result.lines()) {
        found.add(meaning(JSON.readTree(line)));
      }
    }

    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void heldRowsArePrintedAsTheyWereAppendedWhileTheirPartitionIsInDoubt() throws IOException {
    Path root = home.resolve("cache");
    append(root, "a", "{\"id\":1,\"created_at\":\"2026-08-03T11:00:00Z\"}");
    append(root, "b", "{\"id\":2,\"created_at\":\"2026-08-03T11:30:00Z\"}");
    Path cursor = root.resolve("datasets/jobs/source=a/cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);
    String held =
        "[{\"id\":3,\"created_at\":\"2026-08-03T11:55:00Z\",\"note\":null},"
            + "{\"id\":4,\"created_at\":\"2026-08-03\"},{\"id\":5,\"created_at\":\"noon\"}]";
    assertThat(append(root, "a", held).code()).isEqualTo(3);

    Result damaged = rows(root, "jobs", "--columns", "id", "--with-partition");

    assertThat(damaged.code()).isEqualTo(3);
    assertThat(damaged.err()).contains("source=a is unreadable and left out");
    assertThat(damaged.lines())
        .containsExactly(
            "{\"partition\":\"datasets/jobs/source=a\",\"row\":{\"id\":3}}",
            "{\"partition\":\"datasets/jobs/source=a\",\"row\":{\"id\":4}}",
            "{\"partition\":\"datasets/jobs/source=a\",\"row\":{\"id\":5}}",
            "{\"partition\":\"datasets/jobs/source=b\",\"row\":{\"id\":2}}");
    assertThat(rows(root, "jobs", "--since", "10m").lines())
        .containsExactly(
            "{\"id\":3,\"created_at\":\"2026-08-03T11:55:00Z\"}",
            "{\"id\":4,\"created_at\":\"2026-08-03\"}");
    assertThat(rows(root, "jobs", "--columns", "id", "--last", "2").lines())
        .containsExactly("{\"id\":5}", "{\"id\":2}");
    assertThat(rows(root, "jobs", "--columns", "id", "--limit", "1").lines())
        .containsExactly("{\"id\":3}");

    Files.write(cursor, whole);
    assertThat(rows(root, "jobs", "--columns", "id").lines())
        .as("mended, not landed yet")
        .containsExactly("{\"id\":1}", "{\"id\":3}", "{\"id\":4}", "{\"id\":5}", "{\"id\":2}");
    append(root, "a", "{\"id\":6}");
    assertThat(rows(root, "jobs", "--columns", "id").lines())
        .containsExactlyInAnyOrder(
            "{\"id\":1}", "{\"id\":3}", "{\"id\":4}", "{\"id\":5}", "{\"id\":6}", "{\"id\":2}");
  }

  private Result append(Path root, String source, String lines) {
    return new CommandRun(home)
        .reading(lines)
        .run("append", "--root", root.toString(), "jobs", "--source", source);
  }

  private static Set<String> unreadable(String name) {
    return name.equals("corrupt-cursor")
        ? Set.of("datasets/ai_gateway_messages/source=claude", "datasets/otel_events/source=claude")
        : Set.of();
  }

  private static List<String> datasets(Path root) throws IOException {
    try (Stream<Path> datasets = Files.list(root.resolve("datasets"))) {
      return datasets.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  /** One spelling for all that mean the same: null and absent, 1 and 1.0, times with any digits. */
  private static String meaning(JsonNode node) {
    if (node.isObject()) {
      Map<String, String> members = new TreeMap<>();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        if (!member.getValue().isNull()) {
          members.put(member.getKey(), meaning(member.getValue()));
        }
      }
      return members.toString();
    }
    if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(element -> elements.add(meaning(element)));
      return elements.toString();
    }
    if (node.isNumber()) {
      return node.decimalValue().signum() == 0
          ? "0"
          : node.decimalValue().stripTrailingZeros().toPlainString();
    }
    if (node.isTextual() && node.asText().matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z")) {
      return "instant " + Instant.parse(node.asText());
    }
    return node.toString();
  }

  @Test
  void partitionsComeInTheOrderOfTheirPaths() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    List<String> partitions = new ArrayList<>();
    for (String line : rows(root, "otel_events", "--with-partition").lines()) {
      partitions.add(JSON.readTree(line).get("partition").asText());
    }

    assertThat(partitions).isSortedAccordingTo(Comparator.naturalOrder()).hasSize(118);
    assertThat(new TreeSet<>(partitions)).hasSize(2);
  }

  @Test
  void onlyThePartitionAskedForIsRead() throws IOException {
    Path root = FieldCaches.unpack("corrupt-cursor", home);

    Result readable = rows(root, "otel_events", "--partition", "source=codex");
    Result unreadable = rows(root, "otel_events", "--partition", "source=claude");

    assertThat(readable.code()).isZero();
    assertThat(readable.lines()).hasSize(3);
    assertThat(unreadable.code()).isEqualTo(3);
    assertThat(unreadable.out()).isEmpty();
    assertThat(unreadable.err())
        .contains("datasets/otel_events/source=claude is unreadable", "cursor.json");
  }

  @Test
  void onlyTheColumnsAskedForArePrintedInTheirOrder() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    Result result = rows(root, "otel_events", "--columns", "severity,event_id", "--limit", "5");

    assertThat(result.lines()).hasSize(5);
    assertThat(result.lines())
        .allMatch(line -> line.matches("\\{\"severity\":\"\\w+\",\"event_id\":\"[-0-9a-f]+\"}"));
  }

  @Test
  void theLimitHoldsOverAllPartitions() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    assertThat(rows(root, "otel_events", "--limit", "100").lines()).hasSize(100);
    assertThat(rows(root, "otel_events", "--limit", "1000").lines()).hasSize(118);
    assertThat(rows(root, "otel_events", "--limit", "0").out()).isEmpty();
  }

  private Result append(String rows, String... args) {
    String[] line =
        Stream.concat(Stream.of("append", "a"), Arrays.stream(args)).toArray(String[]::new);
    Result result = new CommandRun(home).reading(rows).run(line);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private List<String> lines(String... args) {
    String[] line =
        Stream.concat(Stream.of("query", "rows", "a"), Arrays.stream(args)).toArray(String[]::new);
    Result result = new CommandRun(home).run(line);
    assertThat(result.code()).as(result.err()).isZero();
    return result.lines();
  }

  /** So many commits that Iceberg merges manifests, which turns their order around. */
  @Test
  void rowsComeInTheOrderInWhichTheyLanded() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 110; i++) {
      append("{\"n\":" + i + "}\n{\"n\":-" + i + "}", "--batch", "1");
      expected.add("{\"n\":" + i + "}");
      expected.add("{\"n\":" + -i + "}");
    }

    assertThat(lines()).isEqualTo(expected);
    assertThat(lines("--last", "3")).isEqualTo(expected.subList(217, 220));
  }

  @Test
  void theLastRowsAreTheLastOfAllPartitions() {
    append("{\"n\":1}\n{\"n\":2}\n{\"n\":3}");
    append("{\"n\":4}", "--source", "other");
    append("{\"n\":5}");

    assertThat(lines("--last", "2")).containsExactly("{\"n\":5}", "{\"n\":4}");
    assertThat(lines("--last", "2", "--partition", "source=default"))
        .containsExactly("{\"n\":3}", "{\"n\":5}");
    assertThat(lines("--last", "0")).isEmpty();
    assertThat(lines("--last", "9")).hasSize(5);
  }

  @Test
  void sinceAsksTheFirstColumnThatHoldsATime() {
    append(
        """
        {"n":1,"date":"2020-01-01","created_at":"2026-08-03T11:30:00Z","timestamp":7}
        {"n":2,"date":"2026-08-03","created_at":"2026-08-03T10:59:59.999Z","timestamp":7}
        {"n":3,"date":"2026-08-03","timestamp":7}
        {"n":4,"created_at":"2026-08-03T13:00:00Z"}
        """);

    assertThat(lines("--since", "1h", "--columns", "n")).containsExactly("{\"n\":1}", "{\"n\":4}");
    assertThat(lines("--since", "61m", "--last", "1", "--columns", "created_at,n"))
        .containsExactly("{\"created_at\":\"2026-08-03T13:00:00.000000Z\",\"n\":4}");
    assertThat(lines("--since", "2h", "--columns", "n")).hasSize(3);
  }

  @Test
  void sinceWithoutAColumnForItIsAMistake() {
    append("{\"timestamp\":1}");

    Result result = new CommandRun(home).run("query", "rows", "a", "--since", "1h");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("timestamp, created_at, recorded_at, date");

    append("{\"created_at\":\"2026-08-03T12:00:00Z\"}", "--source", "other");
    Result some = new CommandRun(home).run("query", "rows", "a", "--since", "1h");
    assertThat(some.code()).isZero();
    assertThat(some.lines()).hasSize(1);
    assertThat(some.err()).contains("source=default", "left out");
  }

  @Test
  void jsonIsOneArray() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    JsonNode rows = rows(root, "otel_events", "--json").json();

    assertThat(rows.isArray()).isTrue();
    assertThat(rows).hasSize(118);
    assertThat(rows(root, "otel_events", "--json", "--limit", "0").json()).isEmpty();
  }

  @Test
  void aPartitionWhoseLiveRowsAreAllDeletedPrintsNothing() throws IOException {
    Path root = FieldCaches.unpack("with-deletes", home);

    Result result = rows(root, "otel_events");

    assertThat(result.code()).isZero();
    assertThat(result.lines())
        .hasSize(
            (int)
                FieldCaches.rowLines("with-deletes").stream()
                    .filter(line -> line.contains("\"datasets/otel_events/"))
                    .count());
  }

  @Test
  void rowsOfOtherPartitionsArePrintedBesideATornDataFile() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path data = root.resolve("datasets/otel_events/source=claude/table/data");
    Path torn;
    try (Stream<Path> files = Files.list(data)) {
      torn =
          files.filter(p -> p.toString().endsWith(".parquet")).sorted().findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(torn);
    Files.write(torn, Arrays.copyOf(bytes, bytes.length / 2));

    Result result = rows(root, "otel_events", "--with-partition");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains(torn.toString()).doesNotContain("\tat ");
    assertThat(result.lines().stream().filter(line -> line.contains("source=codex")).toList())
        .hasSize(39);
  }

  @Test
  void aReaderWhoHasSeenEnoughEndsItQuietly() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Head head = new Head();

    Result result =
        new CommandRun(home)
            .writingTo(head)
            .run("query", "rows", "ai_gateway_messages", "--root", root.toString());

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(head.seen.toString(StandardCharsets.UTF_8)).startsWith("{");
  }

  @Test
  void bytesOnStdoutAreUtf8() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    new CommandRun(home)
        .writingTo(out)
        .run("query", "rows", "ai_gateway_messages", "--root", root.toString());

    String lines = out.toString(StandardCharsets.UTF_8);
    assertThat(lines).doesNotContain("\ufffd").endsWith("}\n");
    assertThat(lines.lines().collect(Collectors.toList())).hasSize(178);
  }

  /** Takes one write and is gone. */
  private static final class Head extends OutputStream {
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (seen.size() > 0) {
        throw new IOException("Broken pipe");
      }
      seen.write(bytes, offset, length);
    }
  }
}
