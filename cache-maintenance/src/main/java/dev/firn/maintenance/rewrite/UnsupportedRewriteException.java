package dev.firn.maintenance.rewrite;

import java.io.IOException;

/**
 * An input file is sound, but its columns cannot be brought into the table's schema without
 * touching values in a way that a rewrite does not know.
 */
public final class UnsupportedRewriteException extends IOException {
  private static final long serialVersionUID = 1;

  private final String input;
  private final String column;

  UnsupportedRewriteException(String input, String column, String expected, String found) {
    super(
        "Column "
            + column
            + " cannot be rewritten: expected "
            + expected
            + ", found "
            + found
            + " (file "
            + input
            + ")");
    this.input = input;
    this.column = column;
  }

  /** The name of the file, as it was given. */
  public String input() {
    return input;
  }

  /** The dotted name of the column in the table's schema. */
  public String column() {
    return column;
  }
}
