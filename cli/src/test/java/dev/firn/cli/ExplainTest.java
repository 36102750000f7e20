package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExplainTest {
  @TempDir Path home;

  static List<String> caches() {
    return FieldCaches.names();
  }

  private Result explain(Path root, String... more) {
    String[] line = {"query", "explain", "--root", root.toString()};
    return new CommandRun(home)
        .run(Stream.of(line, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("caches")
  void everyFieldCacheIsExplained(String name) throws IOException {
    Result result = explain(FieldCaches.unpack(name, home), "--json");

    assertThat(result.code()).isEqualTo(name.equals("corrupt-cursor") ? 3 : 0);
    for (JsonNode partition : result.json().get("partitions")) {
      assertThat(partition.get("reason").asText()).isNotEmpty();
      long columnBytes = 0;
      long previous = Long.MAX_VALUE;
      for (JsonNode column : partition.get("columns")) {
        long bytes = column.get("bytes").asLong();
        assertThat(bytes).isBetween(0L, previous);
        previous = bytes;
        columnBytes += bytes;
        JsonNode repetition = column.get("repetition");
        if (!repetition.isNull()) {
          assertThat(repetition.get("valuesPerDistinct").asDouble()).isGreaterThanOrEqualTo(1);
          assertThat(repetition.get("files").asInt())
              .isBetween(1, repetition.get("ofFiles").asInt());
        }
      }
      assertThat(columnBytes).isLessThanOrEqualTo(partition.get("found").get("bytes").asLong());
    }
  }

  @Test
  void whatIsDueComesWithTheNumbersThatDecide() throws IOException {
    JsonNode partitions =
        explain(FieldCaches.unpack("source-table-fresh", home), "otel_events", "--json")
            .json()
            .get("partitions");

    assertThat(partitions).hasSize(2);
    JsonNode due = partitions.get(0);
    assertThat(due.get("path").asText()).isEqualTo("datasets/otel_events/source=claude");
    assertThat(due.get("due").asBoolean()).isTrue();
    assertThat(due.get("found").get("smallFiles").asInt()).isEqualTo(40);
    assertThat(due.get("thresholds").get("compactFileCount").asInt()).isEqualTo(32);
    assertThat(due.get("expected").get("filesToRewrite").asInt()).isEqualTo(40);
    assertThat(due.get("expected").get("bytesToRead").asLong())
        .isEqualTo(due.get("found").get("bytes").asLong());
    JsonNode notDue = partitions.get(1);
    assertThat(notDue.get("due").asBoolean()).isFalse();
    assertThat(notDue.get("expected").get("bytesToRead").asLong()).isZero();
  }

  @Test
  void theConfiguredThresholdDecides() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Files.writeString(
        root.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"maintenance\":{\"compact_file_count\":20}}}}");

    assertThat(explain(root).out())
        .contains("datasets/otel_events/source=codex: due, 20 small files, threshold 20");
  }

  @Test
  void columnsThatRepeatAreToldFromThoseOfWhichNothingIsKnown() throws IOException {
    Result result = explain(FieldCaches.unpack("source-table-fresh", home), "ai_gateway_messages");

    assertThat(result.lines())
        .anyMatch(line -> line.matches("  tools +75 KB +41 %  3\\.0 values a distinct one"))
        .anyMatch(line -> line.matches("  content_text +17 KB +9 %  unknown"))
        .anyMatch(
            line ->
                line.matches(
                    "  tool_args +12 KB +7 %  2\\.8 values a distinct one, in 19 of 40 files,"
                        + " unknown in the others"));
  }

  @Test
  void unreadablePartitionsAreNamedAndTheOthersExplained() throws IOException {
    Result result = explain(FieldCaches.unpack("corrupt-cursor", home), "otel_events");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("datasets/otel_events/source=claude is unreadable");
    assertThat(result.out()).contains("datasets/otel_events/source=codex: not due");
  }
}
