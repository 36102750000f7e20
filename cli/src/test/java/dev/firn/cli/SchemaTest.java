package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaTest {
  @TempDir Path home;

  static List<String> caches() {
    return FieldCaches.names();
  }

  private Result schema(Path root, String dataset, String... more) {
    String[] line = {"query", "schema", dataset, "--root", root.toString()};
    return new CommandRun(home)
        .run(Stream.of(line, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("caches")
  void everyColumnOfARowIsInTheSchema(String name) throws IOException {
    Path root = FieldCaches.unpack(name, home);
    Map<String, Set<String>> columnsOfRows = new TreeMap<>();
    Set<String> unreadable = new TreeSet<>();
    for (String line : FieldCaches.rowLines(name)) {
      JsonNode row = new ObjectMapper().readTree(line);
      String[] path = row.get("partition").asText().split("/");
      if (name.equals("corrupt-cursor") && path[2].equals("source=claude")) {
        unreadable.add(path[1]);
        continue;
      }
      row.get("row")
          .fieldNames()
          .forEachRemaining(
              columnsOfRows.computeIfAbsent(path[1], dataset -> new TreeSet<>())::add);
    }

    for (String dataset : columnsOfRows.keySet()) {
      Result result = schema(root, dataset, "--json");
      Set<String> columns = new TreeSet<>();
      result.json().get("columns").forEach(c -> columns.add(c.get("name").asText()));
      assertThat(columns).containsAll(columnsOfRows.get(dataset));
      assertThat(result.code()).isEqualTo(unreadable.contains(dataset) ? 3 : 0);
      assertThat(result.json().get("unreadable")).hasSize(unreadable.contains(dataset) ? 1 : 0);
    }
  }

  @Test
  void typesAreIcebergsAndRequiredColumnsAreSaidToBe() throws IOException {
    Result result = schema(FieldCaches.unpack("source-table-fresh", home), "otel_events");

    assertThat(result.code()).isZero();
    assertThat(result.lines())
        .contains("COLUMN             TYPE         REQUIRED")
        .contains("event_id           string       required")
        .contains("timestamp          timestamptz  required")
        .contains("severity_number    int          optional");
  }

  @Test
  void aPartitionSpecIsPrinted() throws IOException {
    Path root = FieldCaches.unpack("partitioned", home);

    assertThat(schema(root, "otel_events").out())
        .contains("datasets/otel_events/source=claude is partitioned by day(timestamp), provider");
    JsonNode partition = schema(root, "otel_events", "--json").json().get("partitions").get(0);
    assertThat(partition.get("partitionSpec").asText()).isEqualTo("day(timestamp), provider");
    assertThat(partition.get("sortOrder").isNull()).isTrue();
  }

  @Test
  void aSortOrderIsPrinted() throws IOException {
    assertThat(schema(FieldCaches.unpack("sorted", home), "otel_events").out())
        .contains(
            "datasets/otel_events/source=claude is sorted by session_id asc nulls first,"
                + " timestamp desc nulls last");
  }
}
