package dev.firn.cli.query;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.TextTable;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.explain.ColumnProfile;
import dev.firn.maintenance.explain.ColumnProfile.Repetition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An explanation for people. */
final class ExplanationText {
  private static final int COLUMNS = 8;

  private ExplanationText() {}

  static List<String> lines(Explanation explanation, MaintenanceConfig config) {
    List<String> lines = new ArrayList<>();
    lines.add(
        explanation.partition().path()
            + ": "
            + (explanation.due() ? "due" : "not due")
            + ", "
            + explanation.reason());
    lines.add("  found       " + found(explanation));
    lines.add(
        "  thresholds  "
            + Counted.of(config.compactFileCount(), "small file")
            + (explanation.baselineFiles() > 0
                ? " beyond the " + explanation.baselineFiles() + " of the last swap"
                : "")
            + ", under "
            + ByteSize.format(config.compactAvgFileBytes())
            + " on average; small is under "
            + ByteSize.format(explanation.smallUnderBytes()));
    lines.add("  expected    " + expected(explanation));
    lines.addAll(columns(explanation));
    lines.add("");
    return lines;
  }

  private static String found(Explanation explanation) {
    return Counted.of(explanation.dataFiles(), "data file")
        + " of "
        + ByteSize.format(explanation.bytes())
        + ", "
        + Counted.number(explanation.smallFiles())
        + " small"
        + (explanation.smallFiles() > 0
            ? " with " + ByteSize.format(explanation.averageSmallFileBytes()) + " on average"
            : "")
        + ", "
        + Counted.number(explanation.filesWithDeletes())
        + " with deletes";
  }

  private static String expected(Explanation explanation) {
    return explanation.due()
        ? "reads "
            + ByteSize.format(explanation.bytesToRewrite())
            + " in "
            + Counted.of(explanation.filesToRewrite(), "file")
            + "; how much it writes is unknown before"
        : "nothing to read or write";
  }

  private static List<String> columns(Explanation explanation) {
    List<ColumnProfile> profiles = explanation.columns();
    if (profiles.isEmpty()) {
      return List.of();
    }
    long all = explanation.columnBytes();
    TextTable table = new TextTable("  COLUMN", ">BYTES", ">SHARE", "REPETITION WITHIN A FILE");
    profiles.stream()
        .limit(COLUMNS)
        .forEach(
            p ->
                table.add(
                    "  " + p.column(),
                    ByteSize.format(p.bytes()),
                    share(p.bytes(), all),
                    repetition(p.repetition())));
    if (profiles.size() > COLUMNS) {
      long rest = profiles.stream().skip(COLUMNS).mapToLong(ColumnProfile::bytes).sum();
      table.add(
          "  " + Counted.of(profiles.size() - COLUMNS, "other column"),
          ByteSize.format(rest),
          share(rest, all),
          "");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "  columns     hold "
            + ByteSize.format(all)
            + " of "
            + ByteSize.format(explanation.bytes())
            + ", the rest is metadata");
    lines.addAll(table.lines());
    return lines;
  }

  static String share(long bytes, long all) {
    return all == 0 ? "0 %" : String.format(Locale.ROOT, "%.0f %%", 100.0 * bytes / all);
  }

  static String repetition(Optional<Repetition> repetition) {
    if (repetition.isEmpty()) {
      return "unknown";
    }
    Repetition known = repetition.get();
    double values = known.valuesPerDistinct();
    String number = String.format(Locale.ROOT, values < 9.95 ? "%.1f" : "%,.0f", values);
    return number
        + " values a distinct one"
        + (known.files() < known.ofFiles()
            ? ", in " + known.files() + " of " + known.ofFiles() + " files, unknown in the others"
            : "");
  }
}
