package dev.firn.cli.append;

import dev.firn.core.append.Receipt;
import org.jspecify.annotations.Nullable;

/** What became of the lines so far. */
final class AppendTally {
  private long rows;
  private long exchanges;
  private long bytes;
  private long rescuedValues;
  private long held;
  private @Nullable String heldAt;
  private long badLines;
  private long rejected;

  /** An exchange was acknowledged. */
  void acknowledged(Receipt receipt, long lineBytes) {
    rows += receipt.rows();
    exchanges++;
    bytes += lineBytes;
    rescuedValues += receipt.rescuedValues();
    if (receipt.held()) {
      held++;
      heldAt = receipt.where();
    }
  }

  /** A line is no exchange. */
  void badLine() {
    badLines++;
  }

  /** A line holds a value that does not fit, and its dataset rejects those. */
  void rejected() {
    rejected++;
  }

  /** Rows that were acknowledged, held ones too. */
  long rows() {
    return rows;
  }

  long exchanges() {
    return exchanges;
  }

  /** Bytes of the lines that went in. */
  long bytes() {
    return bytes;
  }

  long rescuedValues() {
    return rescuedValues;
  }

  /** Exchanges among them that wait outside the partition. */
  long held() {
    return held;
  }

  /** Where the last one that is held lies below the root; null if none is. */
  @Nullable String heldAt() {
    return heldAt;
  }

  long badLines() {
    return badLines;
  }

  /** Lines that were rejected. */
  long rejectedLines() {
    return rejected;
  }
}
