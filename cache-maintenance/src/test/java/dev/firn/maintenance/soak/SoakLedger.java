package dev.firn.maintenance.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one appender began, and what of that was acknowledged, in a file outside the cache. A line
 * is one write, so that a SIGKILL leaves it whole or without its end; the machine stays up, so
 * nothing is synced. Times are of the machine's one monotonic clock, the same in all processes.
 */
final class SoakLedger implements AutoCloseable {

  /**
   * An exchange.
   *
   * @param begunNanos before it was first handed to the cache
   * @param doneNanos after it was acknowledged; {@link Long#MAX_VALUE} if it was not
   * @param held acknowledged, but not landed then
   */
  record Entry(int number, long begunNanos, long doneNanos, boolean held) {
    boolean isDone() {
      return doneNanos != Long.MAX_VALUE;
    }
  }

  private final FileChannel file;

  private SoakLedger(FileChannel file) {
    this.file = file;
  }

  static SoakLedger open(Path path) throws IOException {
    String before = Files.exists(path) ? Files.readString(path) : "";
    SoakLedger ledger =
        new SoakLedger(
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND));
    if (!before.isEmpty() && !before.endsWith("\n")) {
      ledger.write("");
    }
    return ledger;
  }

  void begin(int number) throws IOException {
    write("begin " + number + " " + System.nanoTime());
  }

  void done(int number, boolean held) throws IOException {
    write("done " + number + " " + System.nanoTime() + " " + held);
  }

  private void write(String line) throws IOException {
    file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  /** All exchanges by number; none if there is no ledger yet. */
  static Map<Integer, Entry> read(Path path) throws IOException {
    Map<Integer, Entry> entries = new TreeMap<>();
    if (!Files.exists(path)) {
      return entries;
    }
    String text = Files.readString(path);
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
      String[] words = line.split(" ");
      if (words[0].equals("begin") && words.length == 3) {
        int number = Integer.parseInt(words[1]);
        entries.put(number, new Entry(number, Long.parseLong(words[2]), Long.MAX_VALUE, false));
      } else if (words[0].equals("done") && words.length == 4) {
        entries.computeIfPresent(
            Integer.parseInt(words[1]),
            (number, entry) ->
                new Entry(
                    number,
                    entry.begunNanos(),
                    Long.parseLong(words[2]),
                    Boolean.parseBoolean(words[3])));
      }
    }
    return entries;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
