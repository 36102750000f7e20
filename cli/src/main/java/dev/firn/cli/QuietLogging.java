package dev.firn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;

/**
 * {@link Logging#quieten} put off until the first logger is made: most commands make none, and to
 * load what logs is a part of their time. Java makes one of these then, and leaves it to it to read
 * the configuration.
 */
public final class QuietLogging {
  private static final String CONFIGURATION_CLASS = "java.util.logging.config.class";
  private static final String CONFIGURATION_FILE = "java.util.logging.config.file";

  public QuietLogging() throws IOException {
    Path defaults = Path.of(System.getProperty("java.home"), "conf", "logging.properties");
    try (InputStream configuration = Files.newInputStream(defaults)) {
      LogManager.getLogManager().readConfiguration(configuration);
    }
    Logging.quieten();
  }

  /** From now on; at once if Java was told to log in a way of somebody else's. */
  static void whenUsed() {
    if (System.getProperty(CONFIGURATION_CLASS) == null
        && System.getProperty(CONFIGURATION_FILE) == null) {
      System.setProperty(CONFIGURATION_CLASS, QuietLogging.class.getName());
    } else {
      Logging.quieten();
    }
  }
}
