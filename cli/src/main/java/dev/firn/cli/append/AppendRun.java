package dev.firn.cli.append;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.text.ByteSize;
import dev.firn.core.append.Appended;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.MismatchException;
import dev.firn.core.append.Receipt;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.Mismatch;
import dev.firn.core.rows.NotAnExchangeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lines in, exchanges landed in their order; everything is counted.
 *
 * <p>A line that is an object is gathered with others into one exchange; one that is an array is an
 * exchange of its own, and those that follow each other land together, up to a megabyte of them.
 * Never is more than that or one exchange in memory, with the lines that it is made of. A line that
 * is no JSON keeps no other line out: where a gathered exchange does not parse, its lines are
 * looked at one by one. Nor does one that holds a value that does not fit, where those are
 * rejected: a gathered exchange is halved until what is left does not fit on its own.
 */
final class AppendRun {
  private static final int MOST_ARRAYS = 1000;
  private static final long ARRAY_BYTES = 1 << 20;

  private final CacheWriter writer;
  private final AppendTally tally;
  private final LineComplaints complaints;
  private final AppendProgress progress;
  private final BooleanSupplier stopped;
  private final @Nullable String key;
  private final LineBatch batch = new LineBatch();
  private final List<ArrayLine> arrays = new ArrayList<>();
  private long arrayBytes;

  /** An exchange of its own that waits for those behind it. */
  private record ArrayLine(JsonExchange exchange, long number, long bytes) {}

  /**
   * @param stopped true when no more lines are to be taken of files; a pipe ends by itself then
   * @param key names all that is read as one exchange; null if it may become many
   */
  AppendRun(
      CacheWriter writer,
      AppendTally tally,
      LineComplaints complaints,
      AppendProgress progress,
      BooleanSupplier stopped,
      @Nullable String key) {
    this.key = key;
    this.writer = writer;
    this.tally = tally;
    this.complaints = complaints;
    this.progress = progress;
    this.stopped = stopped;
  }

  /**
   * Appends what an input holds. Whatever happens, nothing of it is waiting when this returns.
   *
   * @throws InputFailedException if it cannot be read any further; what was read has gone in
   * @throws IOException if an exchange could not be appended
   */
  void append(Input input, LineReader lines, ExchangeSize size) throws IOException {
    boolean more = true;
    while (more) {
      try {
        more = !(stopped.getAsBoolean() && !input.isPipe()) && lines.next();
      } catch (IOException e) {
        if (key == null) {
          land(input);
        }
        if (stopped.getAsBoolean()) {
          return; // compressed, and cut off
        }
        throw new InputFailedException(e);
      }
      if (more) {
        take(input, lines, size);
        boolean mayLand = !arrays.isEmpty() || (batch.size() > 0 && !size.waits());
        if (mayLand && !hasArrived(input, lines)) {
          land(input);
        }
      }
    }
    land(input);
  }

  private boolean hasArrived(Input input, LineReader lines) throws IOException {
    try {
      return lines.hasArrived();
    } catch (IOException e) {
      land(input);
      throw new InputFailedException(e);
    }
  }

  private void take(Input input, LineReader line, ExchangeSize size) throws IOException {
    if (line.isTooLong()) {
      bad(input, line.number(), "Longer than " + ByteSize.format(ExchangeSize.LONGEST_BYTES));
      return;
    }
    if (line.isBlank()) {
      return;
    }
    if (key != null && tally.exchanges() > 0) {
      throw tooMuch("other lines follow an array, which has gone in");
    }
    boolean array = JsonLine.first(line.buffer(), line.start(), line.length()) == '[';
    if (array || line.length() >= size.bytes()) {
      if (key != null && batch.size() > 0) {
        throw tooMuch("an array follows other lines");
      }
      landGathered(input);
      landAlone(input, line);
      return;
    }
    landArrays(input);
    if (!JsonLine.isOneObject(line.buffer(), line.start(), line.length())) {
      landAlone(input, line); // which says why it is none
      return;
    }
    if (batch.size() > 0 && batch.bytes(0, batch.size()) + line.length() > size.bytes()) {
      if (key != null) {
        throw tooMuch("more than " + ByteSize.format(size.bytes()));
      }
      landGathered(input);
    }
    batch.add(line.buffer(), line.start(), line.length(), line.number());
    if (batch.size() >= size.lines()) {
      landGathered(input);
    }
  }

  private UsageException tooMuch(String why) {
    return new UsageException(
        "--key " + key + " names one exchange, and this input does not make one: " + why);
  }

  /** An array, an object too long to be gathered, or no exchange at all. */
  private void landAlone(Input input, LineReader line) throws IOException {
    JsonExchange exchange;
    try {
      exchange = JsonExchange.parse(line.buffer(), line.start(), line.length());
    } catch (NotAnExchangeException e) {
      if (!line.isLast() || !stopped.getAsBoolean()) { // else it is what the stop left of a line
        bad(input, line.number(), String.valueOf(e.getMessage()));
      }
      return;
    }
    if (key == null) {
      arrays.add(new ArrayLine(exchange, line.number(), line.length()));
      arrayBytes += line.length();
      if (arrays.size() == MOST_ARRAYS || arrayBytes >= ARRAY_BYTES) {
        landArrays(input);
      }
      return;
    }
    try {
      land(exchange, line.length());
    } catch (MismatchException e) {
      rejected(input, line.number(), exchange, e.mismatch());
    }
  }

  /** One that does not fit keeps none of those behind it out. */
  private void landArrays(Input input) throws IOException {
    int next = 0;
    try {
      while (next < arrays.size()) {
        List<ArrayLine> waiting = arrays.subList(next, arrays.size());
        Appended appended = writer.append(waiting.stream().map(ArrayLine::exchange).toList());
        for (Receipt receipt : appended.receipts()) {
          tally.acknowledged(receipt, arrays.get(next).bytes());
          next++;
        }
        progress.show(tally);
        Throwable failure = appended.failure();
        if (failure instanceof MismatchException e) {
          ArrayLine misfit = arrays.get(next);
          rejected(input, misfit.number(), misfit.exchange(), e.mismatch());
          next++;
        } else if (failure != null) {
          throw problem(failure);
        }
      }
    } finally {
      arrays.clear();
      arrayBytes = 0;
    }
  }

  /** What has a key goes in whole or not at all: a retry would not bring what was left out. */
  private boolean isIncomplete() {
    return key != null && (stopped.getAsBoolean() || tally.badLines() > 0);
  }

  private void land(Input input) throws IOException {
    landArrays(input);
    landGathered(input);
  }

  private void landGathered(Input input) throws IOException {
    if (batch.size() > 0 && key != null && find(0, batch.size()) == null) {
      dropBadLines(input);
    }
    if (batch.size() > 0 && !isIncomplete()) {
      @Nullable JsonExchange exchange = find(0, batch.size());
      if (exchange == null) {
        dropBadLines(input);
        exchange = batch.size() == 0 ? null : find(0, batch.size());
      }
      if (exchange != null) {
        land(input, exchange, 0, batch.size());
      }
    }
    batch.clear();
  }

  private void dropBadLines(Input input) {
    int i = 0;
    while (i < batch.size()) {
      try {
        batch.parse(i, i + 1);
        i++;
      } catch (NotAnExchangeException e) {
        bad(input, batch.number(i), String.valueOf(e.getMessage()));
        batch.remove(i);
      }
    }
  }

  private @Nullable JsonExchange find(int from, int to) {
    try {
      return batch.parse(from, to);
    } catch (NotAnExchangeException e) {
      return null;
    }
  }

  private void land(Input input, JsonExchange exchange, int from, int to) throws IOException {
    try {
      land(exchange, batch.bytes(from, to));
    } catch (MismatchException e) {
      if (to - from == 1 || key != null) {
        rejected(input, batch.number(from), exchange, e.mismatch());
        return;
      }
      int middle = (from + to) >>> 1;
      land(input, Objects.requireNonNull(find(from, middle)), from, middle);
      land(input, Objects.requireNonNull(find(middle, to)), middle, to);
    }
  }

  private void land(JsonExchange exchange, long lineBytes) throws IOException {
    Receipt receipt;
    try {
      receipt = key == null ? writer.append(exchange) : writer.append(exchange, key);
    } catch (IOException e) {
      throw problem(e);
    }
    tally.acknowledged(receipt, lineBytes);
    progress.show(tally);
  }

  private static IOException problem(Throwable failure) {
    if (failure instanceof Error e) {
      throw e;
    }
    IOException e = (IOException) failure;
    if (e.getClass() == IOException.class && e.getCause() instanceof RuntimeException bug) {
      throw bug; // not the disk's fault
    }
    return e;
  }

  private void bad(Input input, long line, String reason) {
    tally.badLine();
    complaints.add(input, line, reason + "; left out");
  }

  private void rejected(Input input, long line, JsonExchange exchange, Mismatch mismatch) {
    tally.rejected();
    int rows = exchange.rows().size();
    complaints.add(
        input,
        line,
        (rows > 1 ? "row " + (mismatch.row() + 1) + " of " + rows + ", " : "")
            + "column "
            + mismatch.column()
            + ": "
            + mismatch.value()
            + " is no "
            + mismatch.expected()
            + (rows > 1 ? "; all of them rejected" : "; rejected"));
  }
}
