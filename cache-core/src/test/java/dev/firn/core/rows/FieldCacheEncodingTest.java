package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.rows.RowFiles.Written;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the field's own reader found, written by us into the field's schemas. */
class FieldCacheEncodingTest {
  @TempDir Path directory;

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void rowsOfAFieldCacheFitItsSchemaAndAreReadBackEqual(String name) throws Exception {
    LocalDisk disk = new LocalDisk();
    Path root = FieldCaches.unpack(name, directory);
    Map<String, List<String>> lines = new TreeMap<>();
    Map<String, List<ObjectNode>> rows = new TreeMap<>();
    for (String line : FieldCaches.rowLines(name)) {
      // Parsed as an exchange is, so that numbers are what they are there.
      ObjectNode node = RowFiles.rows(line).get(0);
      String partition = node.get("partition").textValue();
      lines.computeIfAbsent(partition, p -> new ArrayList<>()).add(line);
      rows.computeIfAbsent(partition, p -> new ArrayList<>()).add((ObjectNode) node.get("row"));
    }
    int written = 0;
    for (Partition partition : new CacheDirectory(disk, root).partitions()) {
      if (new PartitionInspector(disk).inspect(partition) instanceof Live live
          && rows.containsKey(partition.path())) {
        TableMetadata metadata = live.generation().metadata();
        check(metadata, partition.path(), rows.get(partition.path()), lines.get(partition.path()));
        written++;
      }
    }
    assertThat(written).isPositive();
  }

  private void check(
      TableMetadata metadata, String partition, List<ObjectNode> rows, List<String> lines)
      throws Exception {
    Schema schema = metadata.schema();
    for (OnMismatch policy : OnMismatch.values()) {
      SchemaFit fit = SchemaFit.of(schema, metadata.lastColumnId(), rows, policy);
      assertThat(fit.schema()).isSameAs(schema);
      assertThat(fit.rescuedValues()).isZero();
      assertThat(fit.firstMismatch()).isEmpty();
    }
    RowFiles files = new RowFiles(directory);
    Path path = directory.resolve("1.parquet");
    Files.deleteIfExists(path);

    Written written = files.write(schema, metadata.sortOrder(), rows);

    assertThat(written.file().rescuedValues()).isZero();
    assertThat(written.file().sorted()).isEqualTo(metadata.sortOrder().isSorted());
    List<ObjectNode> read = files.read(written);
    List<String> found = new ArrayList<>();
    for (JsonNode row : read) {
      found.add("{\"partition\":\"" + partition + "\",\"row\":" + row + "}");
    }
    assertThat(RowMeaning.parse(found)).isEqualTo(RowMeaning.parse(lines));
    if (metadata.sortOrder().isSorted()) {
      assertThat(read)
          .isSortedAccordingTo(
              Comparator.comparing((ObjectNode row) -> row.get("session_id").textValue())
                  .thenComparing(
                      row -> row.get("timestamp").textValue(), Comparator.reverseOrder()));
    }
  }
}
