package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A cache into which exchanges come at a steady rate, but for one day of fifty times as many, under
 * an hourly pass and a window of days, by a clock that the simulation moves. Exchanges are those of
 * the field at a hundredth: a row, a text of 1.3 KB of which there are 40, contents of some 2 KB.
 */
final class RetainedYear {
  private static final int BLOCK = 4096;

  private final Disk disk = new UnsyncedDisk();
  private final Path root;
  private final Shape shape;
  private final Passes passes;
  private final Random random = new Random(7);
  private final List<Day> days = new ArrayList<>();
  private final List<String> tools = new ArrayList<>();
  private long written;

  /**
   * @param windowDays how long rows stay
   * @param burstDay with fifty times the rate
   */
  record Shape(int days, int windowDays, int exchangesADay, int passesADay, int burstDay) {}

  /**
   * The end of a day.
   *
   * @param blockBytes what the root takes on the disk, each inode once
   * @param liveBytes of the live data files
   * @param rows live rows
   * @param bytesWritten by rewrites on this day
   */
  record Day(int day, long blockBytes, long liveBytes, long rows, long bytesWritten) {}

  RetainedYear(Path root, Shape shape) {
    this.root = root;
    this.shape = shape;
    this.passes = new Passes(disk, root);
    passes.configure(
        Passes.config(MaintenanceConfig.Prove.COUNTS)
            .with(RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(shape.windowDays()))));
    for (int i = 0; i < 40; i++) {
      tools.add(text(1_300));
    }
  }

  List<Day> run() throws Exception {
    try (Cache cache = Cache.open(disk, root, passes::now, Appends.OPTIONS)) {
      run(Appends.writer(cache));
    }
    return List.copyOf(days);
  }

  private void run(CacheWriter writer) throws Exception {
    for (int day = 0; day < shape.days(); day++) {
      int exchanges = shape.exchangesADay() * (day == shape.burstDay() ? 50 : 1);
      long before = written;
      PartitionReport last = null;
      for (int pass = 0; pass < shape.passesADay(); pass++) {
        int from = exchanges * pass / shape.passesADay();
        int to = exchanges * (pass + 1) / shape.passesADay();
        append(writer, day, from, to);
        passes.advance(Duration.ofDays(1).dividedBy(shape.passesADay()));
        PassReport report = passes.standard();
        last = RetainedCache.only(report);
        written += last.bytesWritten();
      }
      days.add(
          new Day(day, blockBytes(root), last.bytesAfter(), last.rowsAfter(), written - before));
    }
  }

  /** What the live rows take when all of them are compacted into as few files as there can be. */
  long compactedBytes() throws Exception {
    passes.configure(Passes.config(MaintenanceConfig.Prove.COUNTS));
    return RetainedCache.only(passes.forced()).bytesAfter();
  }

  private void append(CacheWriter writer, int day, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      writer.append(
          "{\"k\":\""
              + day
              + "-"
              + i
              + "\",\"timestamp\":\""
              + passes.now()
              + "\",\"tools\":\""
              + tools.get(i * 7 % tools.size())
              + "\",\"content\":\""
              + text(1_000 + random.nextInt(2_000))
              + "\"}");
    }
  }

  private String text(int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(Integer.toString(random.nextInt(20_000), 36)).append(' ');
    }
    return text.toString();
  }

  private static long blockBytes(Path root) throws IOException {
    Set<Object> seen = new HashSet<>();
    long bytes = 0;
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        if (seen.add(Files.getAttribute(path, "unix:ino"))) {
          bytes += (Files.size(path) + BLOCK - 1) / BLOCK * BLOCK;
        }
      }
    }
    return bytes;
  }

  /** The days as a table in Markdown, one line for each {@code step} days. */
  static String table(List<Day> days, int step) {
    StringBuilder table =
        new StringBuilder("| day | on the disk | live files | rows | written that day |\n")
            .append("|---|---|---|---|---|\n");
    for (Day day : days) {
      if (day.day() % step == step - 1) {
        table.append(
            "| %d | %.1f MB | %.1f MB | %,d | %.1f MB |%n"
                .formatted(
                    day.day() + 1,
                    day.blockBytes() / 1e6,
                    day.liveBytes() / 1e6,
                    day.rows(),
                    day.bytesWritten() / 1e6));
      }
    }
    return table.toString();
  }

  /** The bytes on the disk, and of the live files, over time. */
  static String svg(List<Day> days) {
    double most = days.stream().mapToLong(Day::blockBytes).max().orElse(1);
    StringBuilder disk = new StringBuilder();
    StringBuilder live = new StringBuilder();
    for (Day day : days) {
      double x = 60 + 720.0 * day.day() / days.size();
      disk.append("%.1f,%.1f ".formatted(x, 260 - 240 * day.blockBytes() / most));
      live.append("%.1f,%.1f ".formatted(x, 260 - 240 * day.liveBytes() / most));
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="800" height="300" font-family="sans-serif" font-size="12">
        <rect width="800" height="300" fill="white"/>
        <polyline points="60,20 60,260 780,260" fill="none" stroke="black"/>
        <polyline points="%s" fill="none" stroke="#c33"/>
        <polyline points="%s" fill="none" stroke="#36c"/>
        <text x="4" y="24">%.0f MB</text><text x="40" y="264">0</text>
        <text x="700" y="280">day %d</text>
        <text x="80" y="292" fill="#c33">on the disk</text><text x="180" y="292" fill="#36c">live files</text>
        </svg>
        """
        .formatted(disk, live, most / 1e6, days.size());
  }
}
