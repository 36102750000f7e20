package dev.firn.cli.query;

import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.SqlEngine;
import dev.firn.cli.text.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** Options that every command with SQL takes. */
final class SqlOptions {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      converter = FormatName.class,
      description = "table, json, jsonl, csv or markdown; table if nothing is said.")
  String format = "table";

  @Option(
      names = "--max-cell",
      paramLabel = "N",
      description = "Cut the cells of tables to N characters, 0 for never. Default: 60.")
  int maxCell = 60;

  /** One of the formats, in lower case. */
  static final class FormatName implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      String name = value.toLowerCase(Locale.ROOT);
      return switch (name) {
        case "table", "json", "jsonl", "csv", "markdown" -> name;
        default ->
            throw new picocli.CommandLine.TypeConversionException(
                "\""
                    + value
                    + "\" is none of table, json, jsonl, csv, markdown"
                    + Nearest.hint(value, List.of("table", "json", "jsonl", "csv", "markdown")));
      };
    }
  }

  void requireUsage() {
    if (maxCell < 0) {
      throw new UsageException("--max-cell " + maxCell + ": expected 0 or more");
    }
  }

  static SqlEngine engine(Session session) throws IOException {
    return new SqlEngine(session, limits(session), scratchParent());
  }

  /** What a query may take. */
  static DuckDb.Limits limits(Session session) throws IOException {
    int threads = session.config().sqlThreads();
    return new DuckDb.Limits(
        session.config().sqlMemoryBytes(),
        threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }

  /** Where directories for a while are made. */
  static Path scratchParent() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }
}
