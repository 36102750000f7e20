package dev.firn.cli.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One JSON document: the columns, the rows, and what was read for them. */
public final class DocumentResults implements Results {
  private final JsonGenerator json;
  private List<Column> columns = List.of();
  private String[] names = {};

  public DocumentResults(Writer out) throws IOException {
    json =
        new JsonFactory()
            .createGenerator(out)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
  }

  @Override
  public void begin(List<Column> header) throws IOException {
    columns = header;
    names = JsonResults.unique(header);
    json.writeStartObject();
    json.writeArrayFieldStart("columns");
    for (int i = 0; i < names.length; i++) {
      json.writeStartObject();
      json.writeStringField("name", names[i]);
      json.writeStringField("type", columns.get(i).type());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
  }

  @Override
  public void row(List<@Nullable String> cells) throws IOException {
    json.writeRaw('\n');
    JsonResults.write(json, columns, names, cells);
  }

  @Override
  public void end() throws IOException {
    json.writeEndArray();
  }

  /** What was read; ends the document. */
  public void reading(SqlEngine.Reading reading) throws IOException {
    json.writeNumberField("filesRead", reading.files());
    json.writeNumberField("filesLeftOut", reading.left());
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }
}
