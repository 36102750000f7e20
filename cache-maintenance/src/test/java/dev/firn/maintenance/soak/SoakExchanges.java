package dev.firn.maintenance.soak;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The exchanges of the soak: the n-th of an appender is the same whoever makes it. */
final class SoakExchanges {
  static final int APPENDERS = 4;
  static final int ROWS = 3;
  static final String DATASET = "soak";
  static final List<String> SOURCES = List.of("a", "b");

  private static final int TEXT_BYTES = 60;

  private SoakExchanges() {}

  /** Which of {@link #SOURCES} it goes to. */
  static int source(int number) {
    return number % 4 == 3 ? 1 : 0;
  }

  /** True if its appender gives it an id, and repeats it after a failure or a kill. */
  static boolean isKeyed(int number) {
    return number % 3 != 0;
  }

  static String key(int appender, int number) {
    return appender + "-" + number;
  }

  static String json(int appender, int number) {
    StringBuilder json = new StringBuilder("[");
    for (int row = 0; row < ROWS; row++) {
      json.append(row == 0 ? "" : ",")
          .append("{\"appender\":%d,\"number\":%d,\"row\":%d,".formatted(appender, number, row))
          .append("\"text\":\"%s\"}".formatted(text(appender, number, row)));
    }
    return json.append(']').toString();
  }

  /** Does not compress, so that files grow and are carried over. */
  static String text(int appender, int number, int row) {
    Random random = new Random(((long) appender << 40) + ((long) number << 4) + row);
    StringBuilder text = new StringBuilder();
    while (text.length() < TEXT_BYTES) {
      text.append(Long.toString(random.nextLong() >>> 1, Character.MAX_RADIX));
    }
    return text.toString();
  }

  static Partition partition(Disk disk, Path root, int source) {
    return new CacheDirectory(disk, root).partition(DATASET, Map.of("source", SOURCES.get(source)));
  }

  static Path ledger(Path directory, int appender) {
    return directory.resolve("ledger-" + appender);
  }
}
