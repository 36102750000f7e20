package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How files lie under a window of four days: a part has three hours and a stretch is a day. Rows
 * take some 1.5 KB.
 */
class RetainedLayoutTest {
  private static final int ROWS_A_DAY = 240;

  @TempDir Path directory;
  private RetainedCache cache;
  private Passes passes;
  private final Random random = new Random(11);

  @BeforeEach
  void open() {
    cache = new RetainedCache(directory, RetentionPolicy.ofDays(4));
    passes = cache.passes();
  }

  @Test
  void filesOfAStretchThatIsOverBecomeOne() throws Exception {
    for (int part = 0; part < 8; part++) {
      appendRows("p" + part, 10, passes.now(), Duration.ofMinutes(18));
      passes.advance(Duration.ofHours(3));
    }
    appendRows("next", 1, passes.now(), Duration.ZERO);
    PartitionReport report = pass();
    assertThat(report.reason()).startsWith("8 files of periods that are over");
    assertThat(report.dataFilesAfter()).isEqualTo(2);
    assertThat(cache.keys()).hasSize(81);
  }

  @Test
  void aFileWhoseFirstRowsGoIsCutSoThatLaterPassesWriteLittle() throws Exception {
    appendDays();
    passes.advance(Duration.ofDays(4).plus(Duration.ofMinutes(90)));

    PartitionReport cut = pass();

    assertThat(cut.dropped().total()).isEqualTo(15);
    assertThat(cut.dataFilesAfter()).isEqualTo(1 + 8);
    assertThat(cache.keys()).hasSize(2 * ROWS_A_DAY - 15).doesNotContain("d0/14");
    passes.advance(Duration.ofMinutes(12));
    PartitionReport next = pass();
    assertThat(next.dropped().total()).isEqualTo(2);
    assertThat(next.filesRewritten()).isEqualTo(1);
    assertThat(next.dataFilesAfter()).isEqualTo(1 + 8);
    assertThat(next.bytesWritten()).isLessThan(cut.bytesWritten() / 6);
    assertThat(pass().outcome()).isEqualTo(Outcome.SKIPPED);
  }

  @Test
  void ofAFileThatWasCutAllGoesInTimeAndNothingElse() throws Exception {
    appendDays();
    passes.advance(Duration.ofDays(4));
    for (int hour = 5; hour < 24; hour += 5) {
      passes.advance(Duration.ofHours(5));
      pass();
      assertThat(cache.keys()).hasSize(2 * ROWS_A_DAY - 10 * hour);
    }
    passes.advance(Duration.ofHours(4));
    pass();
    assertThat(cache.keys()).hasSize(ROWS_A_DAY).allMatch(key -> key.startsWith("d1/"));
  }

  @Test
  void piecesOfABurstStayApart() throws Exception {
    appendRows("quiet", 24, passes.now(), Duration.ofMinutes(30));
    appendRows(
        "burst", ROWS_A_DAY, passes.now().plus(Duration.ofHours(15)), Duration.ofSeconds(20));
    passes.run(Passes.options(false, true, PassOptions.Steps.ALL));
    appendRows("later", 1, passes.now().plus(Duration.ofDays(2)), Duration.ZERO);
    passes.advance(Duration.ofDays(4).plus(Duration.ofMinutes(31)));

    PartitionReport cut = pass();

    assertThat(cut.dropped().total()).isEqualTo(2);
    assertThat(cut.dataFilesAfter()).isBetween(5L, 9L);
    passes.advance(Duration.ofMinutes(30));
    PartitionReport next = pass();
    assertThat(next.dropped().total()).isEqualTo(1);
    assertThat(next.filesRewritten()).isEqualTo(1);
    assertThat(next.dataFilesAfter()).isEqualTo(cut.dataFilesAfter());
  }

  @Test
  void aFileThatIsSmallIsNotCut() throws Exception {
    appendRows("d0", 60, passes.now(), Duration.ofMinutes(24));
    appendRows("d1", 1, passes.now().plus(Duration.ofDays(1)), Duration.ZERO);
    passes.advance(Duration.ofDays(4).plus(Duration.ofHours(1)));

    PartitionReport report = pass();

    assertThat(report.dropped().total()).isEqualTo(3);
    assertThat(report.dataFilesAfter()).isEqualTo(2);
  }

  private void appendDays() throws Exception {
    appendRows("d0", ROWS_A_DAY, passes.now(), Duration.ofMinutes(6));
    appendRows("d1", ROWS_A_DAY, passes.now().plus(Duration.ofDays(1)), Duration.ofMinutes(6));
  }

  private PartitionReport pass() throws Exception {
    return RetainedCache.only(cache.pass());
  }

  /** One file, with keys {@code name/0}, {@code name/1}, … */
  private void appendRows(String name, int rows, Instant first, Duration apart) throws Exception {
    List<String> exchange = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < 2_000) {
        text.append(Long.toString(random.nextLong(), 36));
      }
      exchange.add(
          RetainedCache.row(name + "/" + i, first.plus(apart.multipliedBy(i)).toString())
              + ", \"content\": \""
              + text
              + "\"");
    }
    cache.append(exchange.toArray(String[]::new));
  }
}
