package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.maintenance.RetainedYear.Day;
import dev.firn.maintenance.RetainedYear.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk is bounded by the window, not by the life of the cache. */
class RetainedYearTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final Shape YEAR =
      new Shape(
          Integer.getInteger("firn.soak.days", 365),
          30,
          Integer.getInteger("firn.soak.exchanges", 200),
          24,
          150);
  private static final Shape SHORT = new Shape(8, 2, 8, 2, 3);

  @TempDir Path directory;

  @Test
  void theDiskHoldsTheWindowAndNothingOfABurstThatIsOver() throws Exception {
    Shape shape = SOAK ? YEAR : SHORT;
    RetainedYear year = new RetainedYear(directory.resolve("cache"), shape);

    List<Day> days = year.run();

    System.out.println(RetainedYear.table(days, SOAK ? 15 : 1));
    Files.writeString(Path.of("target/retained-year.svg"), RetainedYear.svg(days));
    Files.writeString(Path.of("target/retained-year.md"), RetainedYear.table(days, SOAK ? 15 : 1));
    for (Day day : days) {
      int first = Math.max(0, day.day() + 1 - shape.windowDays());
      long expected = 0;
      for (int d = first; d <= day.day(); d++) {
        expected += (long) shape.exchangesADay() * (d == shape.burstDay() ? 50 : 1);
      }
      // What was appended just before the cutoff's pass is on the boundary.
      assertThat(day.rows()).as("%s", day).isBetween(expected, expected + expected / 2 + 1);
    }
    Day last = days.get(days.size() - 1);
    long peak = days.stream().mapToLong(Day::blockBytes).max().orElseThrow();
    long compacted = year.compactedBytes();
    System.out.printf(
        "live files %.1f MB, compacted into one %.1f MB, ratio %.2f; disk %.1f MB, peak %.1f MB%n",
        last.liveBytes() / 1e6,
        compacted / 1e6,
        (double) last.liveBytes() / compacted,
        last.blockBytes() / 1e6,
        peak / 1e6);
    if (SOAK) {
      assertThat(last.liveBytes()).isLessThanOrEqualTo((long) (1.3 * compacted));
      Day back = days.get(shape.burstDay() + shape.windowDays() + 2);
      // A stretch is closed or cut every 7.5 days, and what that supersedes stays for a day.
      long steady =
          days.subList(shape.burstDay() - 8, shape.burstDay()).stream()
              .mapToLong(Day::blockBytes)
              .max()
              .orElseThrow();
      assertThat(back.blockBytes()).isLessThanOrEqualTo((long) (1.1 * steady));
    }
  }
}
