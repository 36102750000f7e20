package dev.firn.maintenance.rewrite;

import java.util.List;

/**
 * The evidence for invariant I6: what went into a rewrite came out of it.
 *
 * <p>An instance exists only if it holds: rows in are rows out and rows dropped, and each column
 * has as many values and nulls in the files as were read for it.
 *
 * @param inputs in the order given
 * @param columns one for each leaf column of the written schema; values include nulls
 * @param contentProved whether each column of each output was decoded again and its ordered hash of
 *     levels and values compared
 */
public record RewriteProof(
    List<InputRows> inputs,
    long rowsIn,
    long rowsDropped,
    long rowsOut,
    List<ColumnCounts> columns,
    int files,
    boolean contentProved) {

  /** The rows of one input file. */
  public record InputRows(String name, long rows, long dropped) {}

  /** How many entries a column has, and how many of them are null. */
  public record ColumnCounts(String column, long values, long nulls) {}

  public RewriteProof {
    inputs = List.copyOf(inputs);
    columns = List.copyOf(columns);
    if (rowsIn != rowsOut + rowsDropped) {
      throw new AssertionError(
          rowsIn + " rows in, " + rowsOut + " out, " + rowsDropped + " dropped");
    }
  }

  /** For example {@code content: 108 rows in, 100 out, 8 dropped, 24 columns, 1 files}. */
  public String summary() {
    return (contentProved ? "content: " : "counts: ")
        + rowsIn
        + " rows in, "
        + rowsOut
        + " out, "
        + rowsDropped
        + " dropped, "
        + columns.size()
        + " columns, "
        + files
        + " files";
  }

  @Override
  public String toString() {
    return summary();
  }
}
