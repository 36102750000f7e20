package dev.firn.cli.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object a row: the elements of one array, or one a line. A name that an object has already is
 * numbered.
 */
final class JsonResults implements Results {
  private final JsonGenerator json;
  private final boolean array;
  private List<Column> columns = List.of();
  private String[] names = {};

  JsonResults(Writer out, boolean array) {
    this.array = array;
    try {
      this.json =
          new JsonFactory()
              .setRootValueSeparator("")
              .createGenerator(out)
              .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
              .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void begin(List<Column> header) throws IOException {
    columns = header;
    names = unique(header);
    if (array) {
      json.writeStartArray();
    }
  }

  @Override
  public void row(List<@Nullable String> cells) throws IOException {
    write(json, columns, names, cells);
    if (!array) {
      json.writeRaw('\n');
    }
  }

  static String[] unique(List<Column> columns) {
    Set<String> taken = new HashSet<>();
    String[] names = new String[columns.size()];
    for (int i = 0; i < names.length; i++) {
      String name = columns.get(i).name();
      names[i] = name;
      for (int n = 2; !taken.add(names[i]); n++) {
        names[i] = String.format(Locale.ROOT, "%s_%d", name, n);
      }
    }
    return names;
  }

  static void write(
      JsonGenerator json, List<Column> columns, String[] names, List<@Nullable String> cells)
      throws IOException {
    json.writeStartObject();
    for (int i = 0; i < names.length; i++) {
      json.writeFieldName(names[i]);
      String cell = cells.get(i);
      if (cell == null) {
        json.writeNull();
      } else {
        switch (columns.get(i).kind()) {
          case TEXT -> json.writeString(cell);
          case NUMBER -> {
            if (cell.endsWith("NaN") || cell.endsWith("Infinity")) {
              json.writeString(cell);
            } else {
              json.writeNumber(cell);
            }
          }
          case FLAG -> json.writeBoolean(Boolean.parseBoolean(cell));
          case JSON -> json.writeRawValue(cell);
        }
      }
    }
    json.writeEndObject();
  }

  @Override
  public void end() throws IOException {
    if (array) {
      json.writeEndArray();
      json.writeRaw('\n');
    }
    json.close();
  }
}
