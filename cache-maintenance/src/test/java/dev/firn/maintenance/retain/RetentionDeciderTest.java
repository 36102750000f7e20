package dev.firn.maintenance.retain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DataFileRows;
import dev.firn.maintenance.retain.DatasetRetention.Decision;
import dev.firn.maintenance.select.DatasetColumns;
import dev.firn.maintenance.select.RowSelection;
import dev.firn.maintenance.select.Selections;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions on rows at random, compared with what a list of all rows says. */
@VerifiedAtTheEnd
class RetentionDeciderTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final long SEED = 20260701;
  private static final Instant NOW = Instant.parse("2026-07-01T00:00:00Z");
  private static final String RUNNING = "status = 'running'";

  private final Disk disk = new LocalDisk();
  private final Random random = new Random(SEED);
  private final List<Row> rows = new ArrayList<>();
  @TempDir Path root;

  /**
   * @param time null if it has none
   * @param status null is neither running nor not
   */
  private record Row(String k, Instant time, String job, String status) {
    boolean isProtected() {
      return status == null || status.equals("running");
    }
  }

  @BeforeEach
  void append() throws Exception {
    // In the order of partitions, so that it is the order of rows of one time.
    for (String source : List.of("a", "b", "c")) {
      try (Cache cache = Appends.open(root)) {
        for (int exchange = 0; exchange < (SOAK ? 12 : 7); exchange++) {
          List<String> json = new ArrayList<>();
          for (int i = 0; i < 1 + random.nextInt(6); i++) {
            Row row = row();
            rows.add(row);
            json.add(
                "{\"k\":\"%s\",\"timestamp\":%s,\"job\":%s,\"status\":%s}"
                    .formatted(row.k, quoted(row.time), quoted(row.job), quoted(row.status)));
          }
          cache.writer(Appends.DATASET, source).append("[" + String.join(",", json) + "]");
        }
      }
    }
  }

  private Row row() {
    // Few times, so that many rows share one; some of them far apart, some a microsecond.
    Instant time =
        NOW.minus(Duration.ofDays(random.nextInt(6) * 10L)).plusNanos(random.nextInt(3) * 1000L);
    return new Row(
        "r" + rows.size(),
        random.nextInt(15) == 0 ? null : time,
        random.nextInt(15) == 0 ? null : "job" + random.nextInt(20),
        random.nextInt(15) == 0 ? null : random.nextInt(4) == 0 ? "running" : "done");
  }

  private static String quoted(Object value) {
    return value == null ? "null" : "\"" + value + "\"";
  }

  @Test
  void whatGoesIsWhatAListOfAllRowsSays() throws Exception {
    for (boolean keyed : new boolean[] {false, true}) {
      for (boolean guarded : new boolean[] {false, true}) {
        for (int days : SOAK ? new int[] {-1, 0, 15, 30, 1000} : new int[] {-1, 30}) {
          for (int most :
              SOAK
                  ? new int[] {-1, 0, 1, 17, 50, 60, 80, rows.size(), 10_000}
                  : new int[] {-1, 17, 50, 10_000}) {
            RetentionPolicy policy = RetentionPolicy.keep();
            policy = days < 0 ? policy : RetentionPolicy.ofDays(days);
            policy = most < 0 ? policy : policy.withMaxRows(most);
            policy = guarded ? policy.withProtect(RUNNING) : policy;
            RetentionConfig config = RetentionConfig.of(Appends.DATASET, policy);
            config = keyed ? config.withKey(Appends.DATASET, "job") : config;

            Set<String> expected = expected(days, most, guarded, keyed);
            String when = "seed " + SEED + ", " + config;
            assertThat(decided(config, ProtectedRows.MAX_BYTES)).as(when).isEqualTo(expected);
            if (keyed && guarded && most == 50) {
              assertThat(decided(config, 800))
                  .as("few keys at a time, " + when)
                  .isEqualTo(expected);
            }
          }
        }
      }
    }
  }

  private Set<String> expected(int days, int most, boolean guarded, boolean keyed) {
    Map<String, Row> newest = new HashMap<>();
    for (Row row : rows) {
      Row before = newest.get(row.job);
      if (row.job != null && (before == null || !time(row).isBefore(time(before)))) {
        newest.put(row.job, row);
      }
    }
    List<Row> mayGo =
        rows.stream()
            .filter(row -> row.time != null)
            .filter(
                row ->
                    !guarded
                        || !(keyed && row.job != null ? newest.get(row.job) : row).isProtected())
            .sorted(Comparator.comparing(Row::time))
            .toList();
    Set<String> gone = new TreeSet<>();
    for (Row row : mayGo) {
      boolean old = days >= 0 && row.time.isBefore(NOW.minus(Duration.ofDays(days)));
      boolean tooMany = most >= 0 && gone.size() < rows.size() - most;
      if (old || tooMany) {
        gone.add(row.k);
      }
    }
    return gone;
  }

  private static Instant time(Row row) {
    return row.time == null ? Instant.MIN : row.time;
  }

  private Set<String> decided(RetentionConfig config, long maxKeyBytes) throws Exception {
    List<Partition> partitions = new CacheDirectory(disk, root).partitions();
    Decision decision =
        new RetentionDecider(
                disk,
                config,
                new DatasetColumns(disk, new CacheDirectory(disk, root)),
                NOW,
                maxKeyBytes)
            .decide(Appends.DATASET, partitions);
    assertThat(decision.report().error()).isEmpty();
    Set<String> gone = new TreeSet<>();
    for (Partition partition : partitions) {
      Live live = (Live) new PartitionInspector(disk).inspect(partition);
      RowSelection selection = decision.partitions().get(partition.path());
      List<FileScanTask> files = live.generation().liveFiles();
      List<BitSet> nothing = files.stream().map(file -> new BitSet()).toList();
      var drops = Selections.of(selection).drops(files, nothing);
      for (int i = 0; i < files.size(); i++) {
        BitSet rowsOfFile = drops.get(i).all();
        new DataFileRows(disk, live.generation())
            .forEach(
                files.get(i),
                new Schema(live.generation().metadata().schema().findField("k")),
                (position, row) -> {
                  if (rowsOfFile.get((int) position)) {
                    gone.add(row.get(0, CharSequence.class).toString());
                  }
                  return true;
                });
      }
    }
    assertThat(decision.report().rowsExpired()).isEqualTo(gone.size());
    return gone;
  }
}
