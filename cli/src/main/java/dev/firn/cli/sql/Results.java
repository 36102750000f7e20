package dev.firn.cli.sql;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the answer to a query, row by row. */
public interface Results extends Closeable {

  /** Nobody is told. */
  Results NOWHERE =
      new Results() {
        @Override
        public void begin(List<Column> columns) {}

        @Override
        public void row(List<@Nullable String> cells) {}

        @Override
        public void end() {}
      };

  /** What the text of a cell is. */
  enum Kind {
    TEXT,
    NUMBER,
    FLAG,
    JSON
  }

  /**
   * @param type as the engine names it
   */
  record Column(String name, String type, Kind kind) {}

  /** Called once, before the rows. */
  void begin(List<Column> columns) throws IOException;

  /**
   * @param cells one for each column; null for NULL
   */
  void row(List<@Nullable String> cells) throws IOException;

  /** Called once, after the last row; closes nothing. */
  void end() throws IOException;

  /** Ends what {@link #end} did not; does nothing after it. */
  @Override
  default void close() throws IOException {}
}
