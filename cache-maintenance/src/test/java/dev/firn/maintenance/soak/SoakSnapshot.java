package dev.firn.maintenance.soak;

import dev.firn.core.disk.Disk;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The exchanges that a reader saw in one partition.
 *
 * <p>They are a state that existed if there was an instant at which exactly they had landed. With T
 * the latest of the times when the read began and when any exchange that it saw was begun, that
 * instant is not before T; so every exchange that was acknowledged as landed before T must be among
 * them. Besides: all rows of an exchange or none, none twice, none that nobody began.
 */
final class SoakSnapshot {
  private final List<List<BitSet>> rows = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private SoakSnapshot() {
    for (int appender = 0; appender < SoakExchanges.APPENDERS; appender++) {
      List<BitSet> byRow = new ArrayList<>();
      for (int row = 0; row < SoakExchanges.ROWS; row++) {
        byRow.add(new BitSet());
      }
      rows.add(byRow);
    }
  }

  static SoakSnapshot none() {
    return new SoakSnapshot();
  }

  static SoakSnapshot read(Disk disk, Live live) throws IOException {
    SoakSnapshot seen = new SoakSnapshot();
    new RowReader(disk, live.generation())
        .forEach(
            live.generation().metadata().schema(),
            row -> {
              seen.add(
                  ((Number) row.getField("appender")).intValue(),
                  ((Number) row.getField("number")).intValue(),
                  ((Number) row.getField("row")).intValue(),
                  String.valueOf(row.getField("text")));
              return true;
            });
    return seen;
  }

  private void add(int appender, int number, int row, String text) {
    BitSet numbers = rows.get(appender).get(row);
    if (numbers.get(number)) {
      problems.add(name(appender, number) + ", row " + row + ": twice");
    }
    numbers.set(number);
    if (!text.equals(SoakExchanges.text(appender, number, row))) {
      problems.add(name(appender, number) + ", row " + row + ": another text: " + text);
    }
  }

  boolean contains(int appender, int number) {
    return rows.get(appender).get(0).get(number);
  }

  /** What is wrong with it as the state of a partition, whose read began at {@code readNanos}. */
  List<String> problems(Path directory, int source, long readNanos) throws IOException {
    return problems(directory, source, readNanos, false);
  }

  /**
   * @param held exchanges that were acknowledged as held by then must be there, too
   */
  List<String> problems(Path directory, int source, long readNanos, boolean held)
      throws IOException {
    List<String> found = new ArrayList<>(problems);
    List<Map<Integer, SoakLedger.Entry>> ledgers = new ArrayList<>();
    long latest = readNanos;
    for (int appender = 0; appender < SoakExchanges.APPENDERS; appender++) {
      Map<Integer, SoakLedger.Entry> ledger =
          SoakLedger.read(SoakExchanges.ledger(directory, appender));
      ledgers.add(ledger);
      BitSet first = rows.get(appender).get(0);
      for (BitSet numbers : rows.get(appender)) {
        BitSet differs = (BitSet) numbers.clone();
        differs.xor(first);
        for (int number : differs.stream().toArray()) {
          found.add(name(appender, number) + ": not all rows of it");
        }
      }
      for (int number : first.stream().toArray()) {
        if (!ledger.containsKey(number) || SoakExchanges.source(number) != source) {
          found.add(name(appender, number) + ": nobody began it here");
        } else {
          latest = Math.max(latest, ledger.get(number).begunNanos());
        }
      }
    }
    for (int appender = 0; appender < SoakExchanges.APPENDERS; appender++) {
      for (SoakLedger.Entry entry : ledgers.get(appender).values()) {
        if (entry.isDone()
            && (entry.held() ? held && entry.doneNanos() < readNanos : entry.doneNanos() < latest)
            && SoakExchanges.source(entry.number()) == source
            && !contains(appender, entry.number())) {
          found.add(name(appender, entry.number()) + ": acknowledged before, and not there");
        }
      }
    }
    return found;
  }

  /** What an earlier read of the same partition saw and this one does not. */
  List<String> lost(SoakSnapshot earlier) {
    List<String> lost = new ArrayList<>();
    for (int appender = 0; appender < SoakExchanges.APPENDERS; appender++) {
      BitSet gone = (BitSet) earlier.rows.get(appender).get(0).clone();
      gone.andNot(rows.get(appender).get(0));
      for (int number : gone.stream().toArray()) {
        lost.add(name(appender, number) + ": seen before, and not there");
      }
    }
    return lost;
  }

  int exchanges() {
    return rows.stream().mapToInt(byRow -> byRow.get(0).cardinality()).sum();
  }

  private static String name(int appender, int number) {
    return "exchange " + number + " of appender " + appender;
  }
}
