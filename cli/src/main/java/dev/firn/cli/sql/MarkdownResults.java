package dev.firn.cli.sql;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table of GitHub's Markdown. */
final class MarkdownResults implements Results {
  private final Writer out;

  MarkdownResults(Writer out) {
    this.out = out;
  }

  @Override
  public void begin(List<Column> columns) throws IOException {
    row(columns.stream().map(Column::name).toList());
    out.write(
        columns.stream()
            .map(column -> column.kind() == Kind.NUMBER ? "---:" : "---")
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  @Override
  public void row(List<@Nullable String> cells) throws IOException {
    out.write("|");
    for (String cell : cells) {
      out.write(' ');
      out.write(cell == null ? "" : escaped(cell));
      out.write(" |");
    }
    out.write('\n');
  }

  private static String escaped(String cell) {
    return cell.replace("\\", "\\\\").replace("|", "\\|").replaceAll("\\R", "<br>");
  }

  @Override
  public void end() {}
}
