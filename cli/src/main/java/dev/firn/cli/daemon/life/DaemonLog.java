package dev.firn.cli.daemon.life;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What Firn says while a daemon runs, in files of {@code <root>/maintenance/daemon/} that are
 * replaced in turn, the newest being {@code daemon.0.log}. Together they are not larger than they
 * may be. On stderr stands what matters, with {@code -v} all of it.
 */
public final class DaemonLog implements Closeable {
  private static final int FILES = 5;

  /** Kept: the log manager forgets the level of a logger that nobody refers to. */
  private static final Logger FIRN = Logger.getLogger("dev.firn");

  private final Handler file;
  private final Handler console;
  private final @Nullable Level before;

  private DaemonLog(Handler file, Handler console, @Nullable Level before) {
    this.file = file;
    this.console = console;
    this.before = before;
  }

  /**
   * @param bytes that all files have together
   * @param verbose true for everything on stderr as well
   */
  public static DaemonLog open(DaemonFiles files, long bytes, boolean verbose) throws IOException {
    int each = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / FILES));
    // The pattern's own signs, in a root that has them in its name.
    String directory = files.directory().toString().replace("%", "%%");
    FileHandler handler = new FileHandler(directory + "/daemon.%g.log", each, FILES, true);
    handler.setEncoding(StandardCharsets.UTF_8.name());
    handler.setFormatter(new Line());
    handler.setLevel(Level.INFO);
    Handler console = new Console();
    console.setLevel(verbose ? Level.INFO : Level.WARNING);
    @Nullable Level before = FIRN.getLevel();
    FIRN.addHandler(handler);
    FIRN.addHandler(console);
    FIRN.setUseParentHandlers(false);
    FIRN.setLevel(Level.INFO);
    return new DaemonLog(handler, console, before);
  }

  @Override
  public void close() {
    FIRN.removeHandler(file);
    FIRN.removeHandler(console);
    FIRN.setUseParentHandlers(true);
    FIRN.setLevel(before);
    file.close();
  }

  /** Where everything else goes that is logged, from a level of its own. */
  private static final class Console extends Handler {
    @Override
    public void publish(LogRecord record) {
      if (isLoggable(record)) {
        for (Handler handler : Logger.getLogger("").getHandlers()) {
          handler.publish(record);
        }
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** One line a record; of an error the stack after it. */
  private static final class Line extends Formatter {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Override
    public String format(LogRecord record) {
      StringWriter text = new StringWriter();
      text.write(TIME.format(Instant.ofEpochMilli(record.getMillis())));
      text.write(' ');
      text.write(record.getLevel().getName());
      text.write(' ');
      text.write(formatMessage(record).replace('\n', ' ').replace('\r', ' '));
      text.write('\n');
      @Nullable Throwable thrown = record.getThrown();
      if (thrown != null) {
        thrown.printStackTrace(new PrintWriter(text, true));
      }
      return text.toString();
    }
  }
}
