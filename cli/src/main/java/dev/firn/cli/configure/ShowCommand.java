package dev.firn.cli.configure;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.config.Config;
import dev.firn.cli.config.Setting;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.TextTable;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the configuration in effect. */
@Command(
    name = "show",
    header = "Print the configuration in effect and where each value is from.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class ShowCommand implements Callable<Integer> {
  private final Session session;

  public ShowCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Config config = session.config();
    if (session.json()) {
      session.document(json -> writeJson(json, config));
    } else {
      printText(config);
    }
    return ExitCode.DONE.code();
  }

  private void printText(Config config) throws IOException {
    session.print(
        config
            .file()
            .map(file -> "From " + file + " and the defaults:")
            .orElse("There is no " + session.configFile() + "; the defaults:"));
    session.print("");
    TextTable table = new TextTable("KEY", "VALUE", "FROM");
    for (Setting setting : config.settings()) {
      table.add(setting.key(), shown(setting), from(setting));
    }
    for (String line : table.lines()) {
      session.print(line);
    }
  }

  private void writeJson(JsonGenerator json, Config config) throws IOException {
    json.writeStringField("root", session.root().toString());
    json.writeStringField("file", config.file().map(Object::toString).orElse(null));
    json.writeObjectFieldStart("values");
    for (Setting setting : config.settings()) {
      json.writeObjectFieldStart(setting.key());
      json.writeFieldName("value");
      writeValue(json, setting.value());
      json.writeStringField("from", from(setting));
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeValue(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof String text) {
      json.writeString(text);
    } else {
      throw new AssertionError(value.getClass());
    }
  }

  private static String shown(Setting setting) {
    return setting.key().endsWith("_bytes") && setting.value() instanceof Long bytes
        ? bytes + " (" + ByteSize.format(bytes) + ")"
        : setting.value().toString();
  }

  private static String from(Setting setting) {
    return setting.fromFile() ? "file" : "default";
  }
}
