package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows go when they are past what is kept, and no others. The pass is at 2026-12-01T00:00Z. */
@VerifiedAtTheEnd
class RetentionTest {
  /** Thirty days before the pass. */
  private static final String CUTOFF = "2026-11-01T00:00:00Z";

  @TempDir Path root;

  @Test
  void aRowOnTheBoundaryStaysAndOneAMicrosecondOlderGoes() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(
        RetainedCache.row("older", "2026-10-31T23:59:59.999999Z"),
        RetainedCache.row("boundary", CUTOFF),
        RetainedCache.row("newer", "2026-11-01T00:00:00.000001Z"));

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("boundary", "newer");
    PartitionReport partition = RetainedCache.only(report);
    assertThat(partition.outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(partition.dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 1));
    assertThat(partition.rowsBefore()).isEqualTo(3);
    assertThat(partition.rowsAfter()).isEqualTo(2);
    assertThat(RetainedCache.retention(report).timeColumns()).containsExactly("timestamp");
    assertThat(RetainedCache.retention(report).cutoff()).contains(Instant.parse(CUTOFF));
  }

  @Test
  void nothingConfiguredDropsNothing() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, RetentionConfig.none());
    cache.append(RetainedCache.row("old", "1999-01-01T00:00:00Z"));

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("old");
    assertThat(report.retention()).isEmpty();
  }

  @Test
  void keepHoldsAgainstADefault() throws Exception {
    RetainedCache cache =
        new RetainedCache(
            new LocalDisk(),
            root,
            new RetentionConfig(
                OptionalLong.of(1),
                Map.of(Appends.DATASET, RetentionPolicy.keep()),
                Map.of(),
                Map.of()));
    cache.append(RetainedCache.row("old", "1999-01-01T00:00:00Z"));
    cache.pass();
    assertThat(cache.keys()).containsExactly("old");

    RetainedCache byDefault =
        new RetainedCache(
            new LocalDisk(),
            root,
            new RetentionConfig(OptionalLong.of(1), Map.of(), Map.of(), Map.of()));
    byDefault.pass();
    assertThat(byDefault.keys()).isEmpty();
  }

  @Test
  void zeroDaysDropAllThatIsPast() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(0));
    cache.append(
        RetainedCache.row("old", "1999-01-01T00:00:00Z"),
        RetainedCache.row("now", Passes.START.toString()),
        RetainedCache.row("just", Passes.START.minusNanos(1000).toString()));

    cache.pass();

    assertThat(cache.keys()).containsExactly("now");
  }

  @Test
  void rowsWithoutATimeAndRowsOfTheFutureStayAndAreCounted() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(
        RetainedCache.row("future", "2999-01-01T00:00:00Z"),
        "\"k\": \"none\", \"timestamp\": null",
        RetainedCache.row("old", "2020-02-29T23:59:59Z"));

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("future", "none");
    assertThat(RetainedCache.retention(report).rowsWithoutTime()).isEqualTo(1);
  }

  @Test
  void retentionAloneMakesAPartitionDueAndLinksWhatStays() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(RetainedCache.row("a", "2026-10-01T00:00:00Z"));
    cache.append(RetainedCache.row("b", "2026-11-20T00:00:00Z"));

    PartitionReport report = RetainedCache.only(cache.pass());

    assertThat(report.reason()).startsWith("1 file of expired rows alone");
    assertThat(report.filesRewritten()).isZero();
    assertThat(report.bytesWritten()).isZero();
    assertThat(report.filesLinked()).isEqualTo(1);
    assertThat(cache.keys()).containsExactly("b");

    PartitionReport again = RetainedCache.only(cache.pass());
    assertThat(again.outcome()).isEqualTo(Outcome.SKIPPED);
  }

  @Test
  void wholeFilesGoThoughThereIsNoRoomForARewrite() throws Exception {
    RetentionConfig policy = RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30));
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, policy);
    cache.append(RetainedCache.row("old", "2026-10-01T00:00:00Z"));
    cache.append(
        RetainedCache.row("older than some", "2026-10-02T00:00:00Z"),
        RetainedCache.row("young", "2026-11-20T00:00:00Z"));
    cache.passes().configure(Passes.keepingFree(Long.MAX_VALUE / 2).with(policy));

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("older than some", "young");
    PartitionReport partition = RetainedCache.only(report);
    assertThat(partition.outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(partition.reason()).endsWith("for want of disk space only whole files went");
    assertThat(partition.dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 1));
    assertThat(partition.bytesWritten()).isZero();

    assertThat(RetainedCache.only(cache.pass()).outcome()).isEqualTo(Outcome.FAILED);
    cache.passes().configure(Passes.CONFIG.with(policy));
    cache.pass();
    assertThat(cache.keys()).containsExactly("young");
  }

  @Test
  void nothingIsDroppedWhereThereIsNoRoomForItsArchive() throws Exception {
    RetentionConfig policy =
        RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30).withArchive("archive"));
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, policy);
    cache.append(RetainedCache.row("old", "2026-10-01T00:00:00Z"));
    cache.passes().configure(Passes.keepingFree(Long.MAX_VALUE / 2).with(policy));

    PartitionReport partition = RetainedCache.only(cache.pass());

    assertThat(partition.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(partition.reason()).contains("min_free_bytes");
    assertThat(cache.keys()).containsExactly("old");
  }

  @Test
  void oldFilesThatWereLinkedManyTimesStillGoByTheirStatisticsAlone() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(RetainedCache.row("a", "2026-11-01T00:00:00Z"));
    cache.append(RetainedCache.row("b", "2026-11-02T00:00:00Z"));
    cache.append(RetainedCache.row("c", "2026-11-03T00:00:00Z"));
    cache.append(RetainedCache.row("d", "2026-11-20T00:00:00Z"));
    for (String left : List.of("b,c,d", "c,d", "d")) {
      cache.passes().advance(Duration.ofDays(1));
      RecordingDisk watched = new RecordingDisk();
      PartitionReport report = RetainedCache.only(cache.passes().on(watched).standard());
      assertThat(report.reason()).startsWith("1 file of expired rows alone");
      assertThat(watched.calls())
          .as("data files that were read")
          .noneMatch(call -> call.kind() == Kind.OPEN && call.path().toString().contains("/data/"));
      assertThat(report.bytesWritten()).isZero();
      assertThat(String.join(",", cache.keys())).isEqualTo(left);
    }
  }

  @Test
  void aDryRunSaysExactlyWhatWouldGoAndChangesNothing() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(
        RetainedCache.row("a", "2026-10-01T00:00:00Z"),
        RetainedCache.row("b", "2026-11-20T00:00:00Z"));

    PartitionReport report = RetainedCache.only(cache.dry());

    assertThat(report.dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 1));
    assertThat(report.rowsAfter()).isEqualTo(1);
    assertThat(cache.keys()).containsExactly("a", "b");
  }

  @Test
  void onlyTheStepsAskedForAreTaken() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(RetainedCache.row("old", "2026-10-01T00:00:00Z"));
    cache.append(RetainedCache.row("b", "2026-11-20T00:00:00Z"));
    cache.append(RetainedCache.row("c", "2026-11-20T00:00:00Z"));

    for (Steps steps : List.of(Steps.COMPACT_ONLY, Steps.SWEEP_ONLY, Steps.EXPIRE_ONLY)) {
      cache.passes().run(Passes.options(false, false, steps));
      assertThat(cache.keys()).as("%s", steps).containsExactly("b", "c", "old");
    }
    PartitionReport report =
        RetainedCache.only(cache.passes().run(Passes.options(false, true, Steps.RETAIN_ONLY)));
    assertThat(cache.keys()).containsExactly("b", "c");
    assertThat(report.dataFilesAfter()).isEqualTo(2);
  }

  @Test
  void snapshotsOfATableToWhichNothingIsAppendedGoWhereThatIsAskedFor() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    for (int i = 0; i < 5; i++) {
      cache.append(RetainedCache.row("k" + i, "2026-11-20T00:00:00Z"));
    }
    assertThat(snapshots()).isEqualTo(5);
    cache.passes().advance(Duration.ofHours(25));

    PassReport report = cache.passes().run(Passes.options(false, false, Steps.EXPIRE_ONLY));

    assertThat(RetainedCache.only(report).reason()).isEqualTo("4 snapshots dropped");
    assertThat(snapshots()).isEqualTo(1);
    assertThat(cache.keys()).hasSize(5);
    PassReport again = cache.passes().run(Passes.options(false, false, Steps.EXPIRE_ONLY));
    assertThat(RetainedCache.only(again).reason())
        .isEqualTo("only expired snapshots were asked for");
  }

  private int snapshots() {
    return Appends.live(new LocalDisk(), root).generation().metadata().snapshots().size();
  }

  @Test
  void withoutATimeColumnRowsGoByWhenTheyLandedAlsoAfterCompaction() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append("\"k\": \"a\", \"n\": 1");
    cache.append("\"k\": \"b\", \"n\": 2");
    cache.passes().setWallClock(Instant.now().plus(Duration.ofDays(29)));
    PassReport report = cache.passes().forced();
    assertThat(cache.keys()).containsExactly("a", "b");
    assertThat(RetainedCache.retention(report).timeColumns()).containsExactly("(landing time)");
    assertThat(RetainedCache.only(report).dataFilesAfter()).isEqualTo(1);

    cache.passes().advance(Duration.ofDays(2));
    cache.pass();
    assertThat(cache.keys()).isEmpty();
  }

  @Test
  void aClockThatLeapsForwardDropsNothingBeforeItHasRunForADay() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(RetainedCache.row("a", "2026-11-20T00:00:00Z"));
    cache.pass();

    cache.passes().setWallClock(Passes.START.plus(Duration.ofDays(365)));
    cache.pass();
    assertThat(cache.keys()).containsExactly("a");
    cache.passes().advance(Duration.ofHours(23));
    cache.pass();
    assertThat(cache.keys()).containsExactly("a");

    cache.passes().advance(Duration.ofHours(2));
    cache.pass();
    assertThat(cache.keys()).isEmpty();
  }

  @Test
  void aClockThatIsPutRightInTimeHasDroppedNothing() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(RetainedCache.row("a", "2026-11-20T00:00:00Z"));
    cache.pass();
    cache.passes().setWallClock(Passes.START.plus(Duration.ofDays(365)));
    cache.pass();
    cache.passes().setWallClock(Passes.START);
    for (int i = 0; i < 10; i++) {
      cache.passes().advance(Duration.ofHours(6));
      cache.pass();
    }
    assertThat(cache.keys()).containsExactly("a");
  }

  /** A pass leaves out partitions that have not changed; time alone makes them due. */
  @Test
  void aPartitionThatNobodyTouchesIsDueOnTime() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30));
    cache.append(RetainedCache.row("a", "2026-11-01T06:30:00Z"));
    cache.append(RetainedCache.row("b", "2026-11-20T00:00:00Z"));
    for (int hour = 0; hour <= 6; hour++) {
      cache.pass();
      assertThat(cache.keys()).as("%s", hour).containsExactly("a", "b");
      cache.passes().advance(Duration.ofHours(1));
    }
    cache.pass();
    assertThat(cache.keys()).containsExactly("b");
  }

  @Test
  void theMostRowsThatMayStayAreExactlyTheNewest() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.keep().withMaxRows(4));
    cache.appendTo(
        "x",
        RetainedCache.row("1", "2026-11-01T00:00:00Z"),
        RetainedCache.row("5", "2026-11-05T00:00:00Z"),
        RetainedCache.row("3", "2026-11-03T00:00:00Z"));
    cache.appendTo(
        "y",
        RetainedCache.row("2", "2026-11-02T00:00:00Z"),
        RetainedCache.row("6", "2026-11-06T00:00:00Z"));
    cache.appendTo("z", RetainedCache.row("4", "2026-11-04T00:00:00Z"));

    cache.pass();

    assertThat(cache.keys()).containsExactly("3", "4", "5", "6");
  }

  @Test
  void ofRowsOfOneTimeThoseThatLandedFirstGoFirst() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.keep().withMaxRows(3));
    String same = "2026-11-02T00:00:00Z";
    cache.append(RetainedCache.row("1", same), RetainedCache.row("2", same));
    cache.append(RetainedCache.row("3", same), RetainedCache.row("4", same));
    cache.append(RetainedCache.row("5", same));

    cache.pass();

    assertThat(cache.keys()).containsExactly("3", "4", "5");
  }

  @Test
  void ageAndNumberTogetherDropWhatEitherDrops() throws Exception {
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.ofDays(30).withMaxRows(2));
    cache.append(
        RetainedCache.row("old", "2026-10-01T00:00:00Z"),
        RetainedCache.row("1", "2026-11-10T00:00:00Z"),
        RetainedCache.row("2", "2026-11-11T00:00:00Z"));
    cache.pass();
    assertThat(cache.keys()).containsExactly("1", "2");

    cache.append(RetainedCache.row("3", "2026-11-12T00:00:00Z"));
    cache.pass();
    assertThat(cache.keys()).containsExactly("2", "3");
  }

  @Test
  void theLiveFilesTakeNoMoreThanTheMostBytesAfterAPass() throws Exception {
    long max = 6_000;
    RetainedCache cache = new RetainedCache(root, RetentionPolicy.keep().withMaxBytes(max));
    for (int i = 10; i < 40; i++) {
      cache.append(RetainedCache.row("k" + i, "2026-11-01T00:00:" + i + "Z"));
    }

    PassReport report = cache.pass();

    PartitionReport partition = RetainedCache.only(report);
    assertThat(partition.bytesBefore()).isGreaterThan(max);
    assertThat(partition.bytesAfter()).isLessThanOrEqualTo(max);
    assertThat(RetainedCache.retention(report).warnings()).isEmpty();
    List<String> left = cache.keys();
    assertThat(left).isNotEmpty().contains("k39").doesNotContain("k10").isSorted();
    assertThat(left).hasSize(40 - Integer.parseInt(left.get(0).substring(1)));
  }
}
