package dev.firn.maintenance.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Caches that another program wrote are as their README says. */
class FieldCacheVerifyTest {
  private static final String OTEL = "datasets/otel_events/source=claude";
  private static final String MESSAGES = "datasets/ai_gateway_messages/source=claude";

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  static List<String> caches() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("caches")
  void everyCacheIsAsItsReadmeSays(String name) throws IOException {
    Path root = FieldCaches.unpack(name, directory);
    Map<String, String> before = Listing.of(root);

    for (VerifyReport report : List.of(Verifies.quick(disk, root), Verifies.full(disk, root))) {
      List<String> damaged = name.equals("corrupt-cursor") ? List.of(MESSAGES, OTEL) : List.of();
      assertThat(Verifies.findings(report))
          .filteredOn(finding -> finding.severity() != Severity.NOTE)
          .extracting(Finding::path)
          .containsExactlyElementsOf(damaged.stream().map(path -> path + "/cursor.json").toList());
      assertThat(report.diskRefused()).isFalse();
      Map<String, VerifiedPartition> verified =
          report.partitions().stream()
              .collect(Collectors.toMap(p -> p.partition().path(), Function.identity()));
      JsonNode expected = new ObjectMapper().readTree(FieldCaches.expectedJson(name));
      assertThat(verified).hasSize(expected.get("partitions").size());
      for (JsonNode partition : expected.get("partitions")) {
        String path = partition.get("partitionPath").asText();
        VerifiedPartition found = verified.get(path);
        assertThat(found).as(path).isNotNull();
        assertThat(found.state()).isEqualTo(damaged.contains(path) ? State.UNREADABLE : State.LIVE);
        assertThat(found.rows()).as(path).isEqualTo(partition.get("rows").asLong());
        assertThat(found.files()).as(path).isEqualTo(partition.get("dataFiles").asLong());
        assertThat(found.generations()).isEqualTo(partition.get("generationsOnDisk").size());
      }
    }
    assertThat(disk.changes()).isEmpty();
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void generationsOfAPartitionWhoseCursorIsTornAreExaminedAllTheSame() throws IOException {
    Path root = FieldCaches.unpack("corrupt-cursor", directory);

    VerifyReport report = Verifies.full(disk, root);

    VerifiedPartition partition = report.partitions().get(0);
    assertThat(partition.partition().path()).isEqualTo(MESSAGES);
    assertThat(partition.files()).isEqualTo(10);
    assertThat(partition.rows()).isEqualTo(29);
    Finding cursor = partition.findings().get(0);
    assertThat(cursor.found()).contains("54 bytes").doesNotContain(root.toString());
    assertThat(cursor.consequence()).contains("nothing in it is written or removed");
    assertThat(cursor.advice()).contains("firn query repair", "restore cursor.json");
  }

  @Test
  void retiredAndCrashedGenerationsAreNotesAndNoViolations() throws IOException {
    VerifyReport compacted =
        Verifies.quick(disk, FieldCaches.unpack("source-table-compacted", directory));
    VerifyReport crashed =
        Verifies.quick(disk, FieldCaches.unpack("crashed-compaction", directory));

    assertThat(compacted.partitions().get(0).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo(MESSAGES + "/table");
              assertThat(finding.found()).startsWith("retired ");
            });
    assertThat(crashed.partitions().get(0).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo(MESSAGES + "/table-1785542400000");
              assertThat(finding.found()).startsWith("never committed");
            });
  }
}
