package dev.firn.cli.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of text with two blanks between them. A header that begins with {@code >} aligns its
 * column to the right; no line ends in blanks.
 */
public final class TextTable {
  private static final String RIGHT = ">";
  private static final String GAP = "  ";

  private final List<Boolean> right = new ArrayList<>();
  private final List<List<String>> lines = new ArrayList<>();

  public TextTable(String... headers) {
    List<String> names = new ArrayList<>();
    for (String header : headers) {
      boolean toTheRight = header.startsWith(RIGHT);
      right.add(toTheRight);
      names.add(toTheRight ? header.substring(1) : header);
    }
    lines.add(names);
  }

  /** Adds a line; as many cells as there are headers. */
  public void add(String... cells) {
    if (cells.length != right.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + right.size() + " columns");
    }
    lines.add(List.of(cells));
  }

  /** The header and the lines. */
  public List<String> lines() {
    int[] widths = new int[right.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    List<String> formatted = new ArrayList<>();
    for (List<String> line : lines) {
      formatted.add(format(line, widths));
    }
    return formatted;
  }

  private String format(List<String> line, int[] widths) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - width(line.get(i)));
      text.append(i == 0 ? "" : GAP)
          .append(right.get(i) ? padding + line.get(i) : line.get(i) + padding);
    }
    return text.toString().stripTrailing();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
