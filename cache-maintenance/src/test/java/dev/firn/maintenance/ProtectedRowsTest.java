package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code protect} holds is never dropped. The pass is at 2026-12-01T00:00Z. */
@VerifiedAtTheEnd
class ProtectedRowsTest {
  private static final RetentionPolicy RUNNING =
      RetentionPolicy.ofDays(30).withProtect("status = 'running'");

  @TempDir Path root;

  private static String row(String key, String job, String status, String time) {
    return RetainedCache.row(key, time)
        + ", \"job\": \""
        + job
        + "\", \"status\": "
        + (status.isEmpty() ? "null" : "\"" + status + "\"");
  }

  private RetainedCache keyed(RetentionPolicy policy) {
    return new RetainedCache(
        new LocalDisk(),
        root,
        RetentionConfig.of(Appends.DATASET, policy).withKey(Appends.DATASET, "job"));
  }

  @Test
  void rowsForWhichTheConditionIsTrueOrNullStayWhateverTheirAge() throws Exception {
    RetainedCache cache = new RetainedCache(root, RUNNING);
    cache.append(
        row("running", "1", "running", "2020-01-01T00:00:00Z"),
        row("unknown", "2", "", "2021-01-01T00:00:00Z"),
        row("done", "3", "done", "2020-01-01T00:00:00Z"));

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("running", "unknown");
    assertThat(RetainedCache.retention(report).rowsProtected()).isEqualTo(2);
    assertThat(RetainedCache.retention(report).oldestProtected())
        .contains(Instant.parse("2020-01-01T00:00:00Z"));
    assertThat(RetainedCache.only(cache.pass()).outcome()).isEqualTo(Outcome.SKIPPED);
  }

  @Test
  void aFileOfWhichNoRowCanBeProtectedGoesWithoutBeingRead() throws Exception {
    RetainedCache cache = new RetainedCache(root, RUNNING);
    cache.append(row("a", "1", "done", "2020-01-01T00:00:00Z"));
    cache.append(row("b", "1", "running", "2020-01-01T00:00:00Z"));

    PartitionReport report = RetainedCache.only(cache.pass());

    assertThat(report.bytesWritten()).isZero();
    assertThat(cache.keys()).containsExactly("b");
  }

  @Test
  void aComparisonWithNullProtectsEverything() throws Exception {
    RetainedCache cache =
        new RetainedCache(root, RetentionPolicy.ofDays(30).withProtect("status = NULL"));
    cache.append(row("a", "1", "done", "2020-01-01T00:00:00Z"));
    cache.pass();
    assertThat(cache.keys()).containsExactly("a");
  }

  @Test
  void theNewestRowOfAKeyDecidesForAllItsRows() throws Exception {
    RetainedCache cache = keyed(RUNNING);
    cache.appendTo(
        "x",
        row("finished-1", "f", "running", "2026-09-01T00:00:00Z"),
        row("open-1", "o", "done", "2026-09-01T00:00:00Z"));
    cache.appendTo(
        "y",
        row("finished-2", "f", "done", "2026-11-30T00:00:00Z"),
        row("open-2", "o", "running", "2026-11-30T00:00:00Z"));

    cache.pass();

    assertThat(cache.keys()).containsExactly("finished-2", "open-1", "open-2");
  }

  @Test
  void ofRowsOfOneTimeTheOneThatLandedLastIsTheNewest() throws Exception {
    RetainedCache cache = keyed(RUNNING);
    String time = "2026-09-01T00:00:00Z";
    cache.append(row("1", "f", "running", time));
    cache.append(row("2", "f", "done", time));
    cache.append(row("3", "o", "done", time));
    cache.append(row("4", "o", "running", time));

    cache.pass();

    assertThat(cache.keys()).containsExactly("3", "4");
  }

  @Test
  void rowsWithoutAKeyAreJudgedByThemselves() throws Exception {
    RetainedCache cache = keyed(RUNNING);
    String old = "\"timestamp\": \"2026-09-01T00:00:00Z\", \"job\": null, ";
    cache.append(
        "\"k\": \"a\", " + old + "\"status\": \"running\"",
        "\"k\": \"b\", " + old + "\"status\": \"done\"",
        row("c", "other", "done", "2026-09-01T00:00:00Z"));

    cache.pass();

    assertThat(cache.keys()).containsExactly("a");
  }

  @Test
  void whatIsReleasedLaterGoesThen() throws Exception {
    RetainedCache cache = keyed(RUNNING);
    cache.append(row("1", "f", "running", "2026-09-01T00:00:00Z"));
    cache.pass();
    assertThat(cache.keys()).containsExactly("1");

    cache.append(row("2", "f", "done", "2026-11-30T00:00:00Z"));
    cache.passes().advance(Duration.ofHours(1));
    cache.pass();

    assertThat(cache.keys()).containsExactly("2");
  }

  @Test
  void aCapTakesTheOldestThatAreNotProtectedAndWarnsWhereTheseAreTooFew() throws Exception {
    RetentionPolicy two = RetentionPolicy.keep().withMaxRows(2).withProtect("status = 'running'");
    RetainedCache cache = new RetainedCache(root, two);
    cache.append(
        row("1", "1", "running", "2026-11-01T00:00:00Z"),
        row("2", "2", "done", "2026-11-02T00:00:00Z"),
        row("3", "3", "done", "2026-11-03T00:00:00Z"));
    PassReport met = cache.pass();
    assertThat(cache.keys()).containsExactly("1", "3");
    assertThat(RetainedCache.retention(met).warnings()).isEmpty();

    cache.append(
        row("4", "4", "running", "2026-11-04T00:00:00Z"),
        row("5", "5", "running", "2026-11-05T00:00:00Z"));
    PassReport unmet = cache.pass();
    assertThat(cache.keys()).containsExactly("1", "4", "5");
    assertThat(RetainedCache.retention(unmet).warnings())
        .singleElement()
        .asString()
        .startsWith("max_rows 2 cannot be met");
  }

  @Test
  void aCapWithAKeyAsksTheNewestRowOfEachKey() throws Exception {
    RetainedCache cache =
        keyed(RetentionPolicy.keep().withMaxRows(3).withProtect("status = 'running'"));
    cache.append(
        row("1", "o", "done", "2026-11-01T00:00:00Z"),
        row("2", "f", "running", "2026-11-02T00:00:00Z"),
        row("3", "f", "done", "2026-11-03T00:00:00Z"),
        row("4", "o", "running", "2026-11-04T00:00:00Z"),
        row("5", "x", "done", "2026-11-05T00:00:00Z"));

    cache.pass();

    assertThat(cache.keys()).containsExactly("1", "4", "5");
  }

  @Test
  void anUnknownColumnOrATypeThatCannotBeAskedDropsNothingOfThatDatasetAlone() throws Exception {
    for (String wrong : new String[] {"state = 'running'", "n = 'text'", "status = 1"}) {
      RetainedCache cache =
          new RetainedCache(
              new LocalDisk(),
              root.resolve(Integer.toString(wrong.hashCode())),
              new RetentionConfig(
                  OptionalLong.of(30),
                  Map.of(Appends.DATASET, RetentionPolicy.ofDays(0).withProtect(wrong)),
                  Map.of(),
                  Map.of()));
      cache.append(row("a", "1", "done", "2020-01-01T00:00:00Z") + ", \"n\": 7");
      cache.appendToDataset("other", row("b", "1", "done", "2020-01-01T00:00:00Z"));

      PassReport report = cache.pass();

      assertThat(cache.keys()).as(wrong).containsExactly("a");
      assertThat(report.retention()).hasSize(2);
      assertThat(report.retention().get(0).dataset()).isEqualTo(Appends.DATASET);
      assertThat(report.retention().get(0).error().orElseThrow()).startsWith("protect: ");
      assertThat(report.retention().get(1).error()).isEmpty();
    }
  }

  @Test
  void aDeclaredTimeColumnThatIsNotThereDropsNothing() throws Exception {
    RetainedCache cache =
        new RetainedCache(
            new LocalDisk(),
            root,
            RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(0))
                .withTimestampColumn(Appends.DATASET, "finished_at"));
    cache.append(row("a", "1", "done", "2020-01-01T00:00:00Z"));

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("a");
    assertThat(RetainedCache.retention(report).error().orElseThrow()).contains("finished_at");
  }
}
