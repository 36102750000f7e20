package dev.firn.cli.sql;

import dev.firn.cli.text.Counted;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Columns of text with two blanks between them. As wide as the first {@value #ROWS_AHEAD} rows
 * need; where a later row needs more it is wider from there on. So a result of any size streams. A
 * plan (EXPLAIN) is drawn as the engine draws it.
 */
final class TableResults implements Results {
  private static final int ROWS_AHEAD = 1000;
  private static final String CUT = "…";
  private static final List<String> PLAN = List.of("explain_key", "explain_value");

  private final Writer out;
  private final int maxCell;
  private List<Column> columns = List.of();
  private int[] widths = {};
  private final List<List<String>> waiting = new ArrayList<>();
  private long rows;
  private boolean plan;

  TableResults(Writer out, int maxCell) {
    this.out = out;
    this.maxCell = maxCell;
  }

  @Override
  public void begin(List<Column> header) {
    columns = header;
    plan = header.stream().map(Column::name).toList().equals(PLAN);
    widths = new int[header.size()];
    waiting.add(header.stream().map(column -> shown(column.name())).toList());
  }

  @Override
  public void row(List<@Nullable String> cells) throws IOException {
    if (plan) {
      out.write(String.valueOf(cells.get(1)).strip() + "\n");
      return;
    }
    List<String> line = new ArrayList<>();
    for (String cell : cells) {
      line.add(cell == null ? "" : shown(cell));
    }
    waiting.add(line);
    rows++;
    if (waiting.size() > ROWS_AHEAD) {
      drain();
    }
  }

  @Override
  public void end() throws IOException {
    if (plan) {
      return;
    }
    drain();
    out.write("(" + Counted.of(rows, "row") + ")\n");
  }

  private void drain() throws IOException {
    for (List<String> line : waiting) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    for (List<String> line : waiting) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - width(line.get(i)));
        boolean right = columns.get(i).kind() == Kind.NUMBER;
        text.append(String.join("", Collections.nCopies(i == 0 ? 0 : 2, " ")))
            .append(right ? padding + line.get(i) : line.get(i) + padding);
      }
      out.write(text.toString().stripTrailing());
      out.write('\n');
    }
    waiting.clear();
  }

  /** On one line, and cut. */
  private String shown(String cell) {
    int length = cell.codePointCount(0, cell.length());
    String cut =
        maxCell > 0 && length > maxCell
            ? cell.substring(0, cell.offsetByCodePoints(0, maxCell - 1)) + CUT
            : cell;
    return cut.replaceAll("\\p{Cc}", " ");
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
