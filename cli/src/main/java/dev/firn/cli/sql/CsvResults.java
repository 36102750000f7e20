package dev.firn.cli.sql;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comma-separated values as RFC 4180 has them; NULL is empty, an empty text is quoted. */
final class CsvResults implements Results {
  private final Writer out;

  CsvResults(Writer out) {
    this.out = out;
  }

  @Override
  public void begin(List<Column> columns) throws IOException {
    row(columns.stream().map(Column::name).toList());
  }

  @Override
  public void row(List<@Nullable String> cells) throws IOException {
    for (int i = 0; i < cells.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      String cell = cells.get(i);
      if (cell != null) {
        out.write(quoted(cell));
      }
    }
    out.write("\r\n");
  }

  private static String quoted(String cell) {
    boolean plain =
        !cell.isEmpty()
            && cell.indexOf('"') < 0
            && cell.indexOf(',') < 0
            && cell.indexOf('\n') < 0
            && cell.indexOf('\r') < 0;
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  @Override
  public void end() {}
}
