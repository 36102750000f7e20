package dev.firn.cli;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What the code below may say on stderr, in one line each. Loads none of it. */
final class Logging {
  private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

  static {
    if (System.getProperty(FORMAT) == null) {
      System.setProperty(FORMAT, "firn: %5$s%6$s%n");
    }
  }

  /** Kept: the log manager forgets the level of a logger that nobody refers to. */
  private static final List<Logger> LIBRARIES =
      List.of(
          Logger.getLogger("org.apache.hadoop"),
          Logger.getLogger("org.apache.iceberg"),
          Logger.getLogger("org.apache.parquet"),
          Logger.getLogger("org.eclipse.jetty"));

  /** Logs with a stack trace what it throws as well. */
  private static final Logger DELETE_LOADER =
      Logger.getLogger("org.apache.iceberg.data.BaseDeleteLoader");

  private static final Logger FIRN = Logger.getLogger("dev.firn");

  private Logging() {}

  /** Libraries only when something is badly wrong, Firn only when it matters. */
  static void quieten() {
    LIBRARIES.forEach(logger -> logger.setLevel(Level.SEVERE));
    DELETE_LOADER.setLevel(Level.OFF);
    FIRN.setLevel(Level.WARNING);
  }

  /** Firn's decisions as well. */
  static void speak() {
    FIRN.setLevel(Level.INFO);
  }
}
