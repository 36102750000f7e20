package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One table of a dataset lacks a column that is declared for it: it keeps its rows, others go on.
 */
@VerifiedAtTheEnd
class LeftOutPartitionsTest {
  private static final String OLD = "2020-01-01T00:00:00Z";
  private static final String LACKING = "datasets/messages/source=lacking";

  @TempDir Path root;

  private RetainedCache cache(RetentionPolicy policy, String timestampColumn) throws Exception {
    RetainedCache cache =
        new RetainedCache(
            new LocalDisk(),
            root,
            RetentionConfig.of(Appends.DATASET, policy)
                .withTimestampColumn(Appends.DATASET, timestampColumn));
    cache.append(row("a", OLD), row("b", "2026-11-30T00:00:00Z"), row("c", OLD));
    cache.appendTo("lacking", RetainedCache.row("x", OLD), RetainedCache.row("y", OLD));
    return cache;
  }

  private static String row(String key, String time) {
    return "\"k\": \"" + key + "\", \"at\": \"" + time + "\"";
  }

  private CacheStatus status() throws Exception {
    LocalDisk disk = new LocalDisk();
    return new StatusCollector(
            disk,
            new CacheDirectory(disk, root),
            Passes.CONFIG.with(RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30))),
            () -> Passes.START)
        .collect(List.of());
  }

  @Test
  void tableWithoutTheDeclaredTimeKeepsItsRowsAndIsToldOfInEveryPassAndStatus() throws Exception {
    RetainedCache cache = cache(RetentionPolicy.ofDays(30), "at");

    for (int pass = 0; pass < 3; pass++) {
      DatasetRetention report = RetainedCache.retention(cache.pass());

      assertThat(report.error()).isEmpty();
      assertThat(report.warnings())
          .containsExactly(
              LACKING
                  + " is left out, all its rows stay: timestamp_column \"at\" is not in the table");
      assertThat(cache.keys()).containsExactly("b", "x", "y");
      assertThat(status().retention().get(0).warnings()).isEqualTo(report.warnings());
    }
  }

  @Test
  void timeThatNoTableHasIsAnErrorThatNamesTheDataset() throws Exception {
    RetainedCache cache = cache(RetentionPolicy.ofDays(30), "att");

    assertThat(RetainedCache.retention(cache.pass()).error())
        .contains("timestamp_column \"att\" is in no table of dataset messages");
    assertThat(cache.keys()).hasSize(5);
  }

  @Test
  void rowsOfTheTableThatIsLeftOutCountForACapOnRows() throws Exception {
    RetainedCache cache = cache(RetentionPolicy.keep().withMaxRows(4), "at");

    assertThat(RetainedCache.retention(cache.pass()).warnings()).hasSize(1);

    assertThat(cache.keys()).containsExactly("b", "c", "x", "y");
  }

  @Test
  void capThatCannotBeMetBecauseOfTheTableThatIsLeftOutSaysSo() throws Exception {
    RetainedCache cache = cache(RetentionPolicy.keep().withMaxRows(1), "at");

    DatasetRetention report = RetainedCache.retention(cache.pass());

    assertThat(report.warnings())
        .contains(
            "max_rows 1 cannot be met: too many rows are protected, have no time, or are in"
                + " partitions that are left out");
    assertThat(cache.keys()).containsExactly("x", "y");
  }

  @Test
  void capOnBytesThatTheTableThatIsLeftOutExceedsAloneSaysSo() throws Exception {
    RetainedCache cache = cache(RetentionPolicy.keep().withMaxBytes(1), "at");

    DatasetRetention report = RetainedCache.retention(cache.pass());

    assertThat(report.warnings())
        .contains(
            "max_bytes 1 cannot be met: too many rows are protected, have no time, or are in"
                + " partitions that are left out");
    assertThat(cache.keys()).containsExactly("x", "y");
  }

  private RetainedCache keyed(String key) {
    return new RetainedCache(
        new LocalDisk(),
        root,
        RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30).withProtect("k = 'a'"))
            .withKey(Appends.DATASET, key)
            .withTimestampColumn(Appends.DATASET, "at"));
  }

  @Test
  void tableWithoutTheKeyKeepsItsRowsAndProtectionGoesOnInTheOthers() throws Exception {
    RetainedCache cache = keyed("job");
    cache.append(
        row("old", OLD) + ", \"job\": 1", row("a", "2021-01-01T00:00:00Z") + ", \"job\": 1");
    cache.append(row("other", OLD) + ", \"job\": 2");
    cache.appendTo("lacking", row("x", OLD));

    DatasetRetention report = RetainedCache.retention(cache.pass());

    assertThat(report.warnings())
        .containsExactly(
            LACKING + " is left out, all its rows stay: key \"job\" is not in the table");
    assertThat(cache.keys()).containsExactly("a", "old", "x");
  }

  @Test
  void nothingGoesWhereATableWithoutATimeMayHoldTheNewestRowOfAKey() throws Exception {
    RetainedCache cache = keyed("job");
    cache.append(row("other", OLD) + ", \"job\": 2");
    cache.appendTo("lacking", "\"k\": \"a\", \"job\": 2");

    assertThat(RetainedCache.retention(cache.pass()).error().orElseThrow())
        .contains(LACKING + " may hold the newest row of a key", "timestamp_column \"at\"");
    assertThat(cache.keys()).containsExactly("a", "other");
  }

  @Test
  void duplicatesOfTablesThatHaveTheKeyGoAndOthersSayWhyTheirsStay() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, RetentionConfig.none());
    cache.append(row("a", OLD));
    cache.append(row("a", OLD));
    cache.appendTo("lacking", "\"id\": 1");
    cache.appendTo("lacking", "\"id\": 1");
    cache
        .passes()
        .configure(Passes.CONFIG.with(DuplicatesConfig.of(Appends.DATASET, "k", Kept.LAST)));

    PassReport report = cache.passes().forced();

    assertThat(Passes.of(report, Appends.PARTITION).dropped().total()).isEqualTo(1);
    PartitionReport lacking = Passes.of(report, LACKING);
    assertThat(lacking.outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(lacking.rowsAfter()).isEqualTo(2);
    assertThat(lacking.reason())
        .endsWith("; duplicates are not looked for: there is no column k in this table");
    assertThat(status().partitions().get(0).partition().path()).isEqualTo(LACKING);
    assertThat(status().partitions().get(0).notes())
        .containsExactly("duplicates are not looked for: there is no column k in this table");
    assertThat(cache.pass().partitions())
        .filteredOn(partition -> partition.partition().path().equals(LACKING))
        .allMatch(partition -> partition.reason().contains("not looked for"));
  }
}
