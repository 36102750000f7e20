package dev.firn.cli.sql;

import java.io.Writer;

/** How answers are written. */
public enum ResultFormat {
  TABLE,
  JSON,
  JSONL,
  CSV,
  MARKDOWN;

  /**
   * @param maxCell cells of a table are cut to so many characters; 0 for never
   */
  public Results to(Writer out, int maxCell) {
    return switch (this) {
      case TABLE -> new TableResults(out, maxCell);
      case JSON -> new JsonResults(out, true);
      case JSONL -> new JsonResults(out, false);
      case CSV -> new CsvResults(out);
      case MARKDOWN -> new MarkdownResults(out);
    };
  }
}
