package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cutoff in the middle of a field cache leaves exactly the rows that are not before it. */
@VerifiedAtTheEnd
class FieldCacheRetentionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source-table-fresh",
        "source-table-compacted",
        "epoch-legacy",
        "with-deletes",
        "partitioned",
        "sorted"
      })
  void exactlyTheRowsThatAreNotBeforeTheCutoffStay(String name) throws Exception {
    Path root = FieldCaches.unpack(name, home);
    Disk disk = new LocalDisk();
    CacheDirectory cache = new CacheDirectory(disk, root);
    Set<String> withTimestamp = new HashSet<>();
    for (Partition partition : cache.partitions()) {
      Live live = (Live) new PartitionInspector(disk).inspect(partition);
      if (column(live).name().equals("timestamp")) {
        withTimestamp.add(partition.path());
      }
    }
    List<Instant> times = new ArrayList<>();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : FieldCaches.rowLines(name)) {
      JsonNode row = JSON.readTree(line);
      rows.add(row);
      time(row, withTimestamp).ifPresent(times::add);
    }
    Collections.sort(times);
    Instant cutoff = times.get(times.size() / 2); // a row of it is on the boundary
    List<String> expected = new ArrayList<>();
    for (JsonNode row : rows) {
      if (time(row, withTimestamp).map(time -> !time.isBefore(cutoff)).orElse(true)) {
        expected.add(
            row.path("partition").asText()
                + " "
                + time(row, withTimestamp).map(Instant::toString).orElse("none"));
      }
    }
    Collections.sort(expected);
    assertThat(expected).hasSizeBetween(1, rows.size() - 1);

    Passes passes = new Passes(disk, root);
    passes.setWallClock(cutoff.plus(Duration.ofDays(30)));
    passes.configure(
        Passes.CONFIG.with(new RetentionConfig(OptionalLong.of(30), Map.of(), Map.of(), Map.of())));
    PassReport report = passes.standard();

    assertThat(report.retention()).allMatch(dataset -> dataset.error().isEmpty());
    List<String> found = new ArrayList<>();
    for (Partition partition : cache.partitions()) {
      Live live = (Live) new PartitionInspector(disk).inspect(partition);
      new RowReader(disk, live.generation())
          .forEach(
              new Schema(column(live)),
              row -> {
                found.add(partition.path() + " " + text(row.get(0)));
                return true;
              });
    }
    Collections.sort(found);
    assertThat(found).isEqualTo(expected);
    assertThat(report.rowsDropped()).isGreaterThanOrEqualTo(rows.size() - expected.size());
  }

  /** Tables of one of the caches have no column but the date. */
  private static Types.NestedField column(Live live) {
    Schema schema = live.generation().metadata().schema();
    Types.NestedField time = schema.findField("timestamp");
    return time == null ? schema.findField("date") : time;
  }

  private static String text(Object value) {
    if (value instanceof OffsetDateTime time) {
      return time.toInstant().toString();
    }
    return value == null ? "none" : endOfDay(value.toString()).toString();
  }

  private static Instant endOfDay(String date) {
    return LocalDate.parse(date)
        .plusDays(1)
        .atStartOfDay(ZoneOffset.UTC)
        .toInstant()
        .minusNanos(1000);
  }

  private static Optional<Instant> time(JsonNode line, Set<String> withTimestamp) {
    boolean timestamp = withTimestamp.contains(line.path("partition").asText());
    JsonNode value = line.path("row").path(timestamp ? "timestamp" : "date");
    if (!value.isTextual()) {
      return Optional.empty();
    }
    return Optional.of(timestamp ? Instant.parse(value.asText()) : endOfDay(value.asText()));
  }
}
