package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What decides about rows holds no row and no more keys than fit (I7), and decides exactly: whole
 * passes over more keys than the heap of their process has room for, with {@code
 * compact_batch_bytes} of 16 MB.
 */
class ManyRowsTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int KEYS = SOAK ? 1_000_000 : 40_000;
  private static final String LONG = "-".repeat(700);
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "job", Types.StringType.get()),
          optional(2, "status", Types.StringType.get()),
          optional(3, "timestamp", Types.TimestampType.withZone()));

  @TempDir Path directory;

  /** What a pass of a {@link PassProcess} is to do. */
  enum Task {
    PROTECTED,
    MOST_ROWS,
    DUPLICATES;

    static Optional<MaintenanceConfig> named(String name) {
      return Arrays.stream(values())
          .filter(task -> task.name().equals(name))
          .findFirst()
          .map(Task::config);
    }

    private MaintenanceConfig config() {
      MaintenanceConfig small = TestConfig.usual().batchBytes(16 << 20).prove(Prove.COUNTS).build();
      return switch (this) {
        case PROTECTED ->
            small.with(
                RetentionConfig.of(
                        "d", RetentionPolicy.ofDays(30).withProtect("status = 'running'"))
                    .withKey("d", "job"));
        case MOST_ROWS ->
            small.with(RetentionConfig.of("d", RetentionPolicy.keep().withMaxRows(KEYS + 7)));
        case DUPLICATES -> small.with(DuplicatesConfig.of("d", "job", Kept.LAST));
      };
    }
  }

  /** Every other job is still running, as its row of today says. */
  @Test
  void protectionByTheNewestRowOfEachOfManyKeysNeeds40Megabytes() throws Exception {
    OffsetDateTime today = Passes.START.atOffset(ZoneOffset.UTC).minusHours(1);
    BulkPartition partition = BulkPartition.create(root(), SCHEMA);
    partition.add(rows(LONG, today.minusDays(40), Duration.ZERO, 1), 1);
    partition.add(rows(LONG, today, Duration.ZERO, 2), 1);
    partition.commit();

    assertPass(Task.PROTECTED, DropReason.EXPIRED, KEYS / 2, KEYS + KEYS / 2);
  }

  @Test
  void theOldestOfManyRowsGoExactlyIn40Megabytes() throws Exception {
    OffsetDateTime start = Passes.START.atOffset(ZoneOffset.UTC).minusDays(40);
    BulkPartition partition = BulkPartition.create(root(), SCHEMA);
    partition.add(rows("", start, Duration.ofNanos(7_000), 1), 8);
    partition.commit();

    assertPass(Task.MOST_ROWS, DropReason.EXPIRED, 7L * KEYS - 7, KEYS + 7);
  }

  @Test
  void duplicatesAmongManyKeysAreFoundIn40Megabytes() throws Exception {
    OffsetDateTime start = Passes.START.atOffset(ZoneOffset.UTC);
    BulkPartition partition = BulkPartition.create(root(), SCHEMA);
    partition.add(rows(LONG, start, Duration.ZERO, 1), 2);
    partition.commit();

    assertPass(Task.DUPLICATES, DropReason.DUPLICATE, KEYS, KEYS);
  }

  private void assertPass(Task task, DropReason reason, long dropped, long left) throws Exception {
    PassProcess.Result result = PassProcess.run(root(), "", "-Xmx40m", "-Dtask=" + task.name());
    assertThat(result.exitCode()).as(result.text()).isZero();
    assertThat(result.text())
        .contains("dropped " + DroppedRows.of(reason, dropped))
        .contains("COMPACTED " + left + " rows");
  }

  /**
   * A row of each key.
   *
   * @param prefix of the keys
   * @param everyOther of so many keys one is running
   */
  private static List<Record> rows(
      String prefix, OffsetDateTime first, Duration apart, int everyOther) {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      Record row = GenericRecord.create(SCHEMA);
      row.setField("job", prefix + i);
      row.setField("status", i % everyOther == 0 ? "running" : "done");
      row.setField("timestamp", first.plus(apart.multipliedBy(i)));
      rows.add(row);
    }
    return rows;
  }

  private Path root() {
    return directory.resolve("cache");
  }
}
