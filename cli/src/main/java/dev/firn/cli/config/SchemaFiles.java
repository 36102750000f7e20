package dev.firn.cli.config;

import dev.firn.core.rows.DeclaredSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.SchemaParser;

/** The files that a configuration names as the schemas of datasets, beside itself if relative. */
final class SchemaFiles {
  private static final String START = ConfigSchema.DATASETS + ".";
  private static final String END = "." + ConfigSchema.SCHEMA;

  private SchemaFiles() {}

  /** Reads a file as a whole. */
  interface Reader {
    byte[] read(Path file) throws IOException;
  }

  /** By dataset. What cannot be read, or is no schema, is a problem at the place of its name. */
  static Map<String, DeclaredSchema> read(
      Path config, Rule.Findings findings, List<ConfigProblem> problems, Reader reader) {
    Map<String, DeclaredSchema> schemas = new LinkedHashMap<>();
    findings
        .texts()
        .forEach(
            (path, value) -> {
              if (path.startsWith(START)
                  && path.endsWith(END)
                  && value instanceof JsonValue.Text text) {
                try {
                  String dataset = path.substring(START.length(), path.length() - END.length());
                  schemas.put(dataset, read(config.resolveSibling(text.text()), reader));
                } catch (IOException | RuntimeException e) {
                  problems.add(
                      new ConfigProblem(
                          value.line(), value.column(), path, text.shown() + ": " + reason(e)));
                }
              }
            });
    return schemas;
  }

  private static DeclaredSchema read(Path file, Reader reader) throws IOException {
    String json = new String(reader.read(file), StandardCharsets.UTF_8);
    return DeclaredSchema.of(SchemaParser.fromJson(json));
  }

  private static String reason(Exception error) {
    if (error instanceof NoSuchFileException missing) {
      return "there is no file " + missing.getFile();
    }
    if (error instanceof InvalidPathException) {
      return "that is no path";
    }
    return "expected a schema of Iceberg in JSON: "
        + String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
  }
}
