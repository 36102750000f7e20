package dev.firn.maintenance;

import dev.firn.core.generation.DropReason;
import dev.firn.maintenance.journal.JournalEntry;
import dev.firn.maintenance.journal.JournalEntry.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport.Removed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a pass has to write down: its report as entries of the journal; none if nothing changed. */
final class PassJournal {
  private PassJournal() {}

  /**
   * @param mended what was mended, by path of the partition
   */
  static List<JournalEntry> entries(
      List<PartitionReport> reports, List<Removed> removed, Map<String, String> mended) {
    List<JournalEntry> entries = new ArrayList<>();
    for (PartitionReport report : reports) {
      String dataset = report.partition().dataset();
      String path = report.partition().path();
      if (mended.containsKey(path)) {
        entries.add(JournalEntry.of(Kind.REPAIR, dataset, path, mended.get(path), 0, 0));
      }
      if (isSwapped(report)) {
        entries.add(
            new JournalEntry(
                Kind.SWAP,
                dataset,
                path,
                report.reason(),
                report.rowsAfter(),
                report.bytesAfter(),
                report.generationBefore(),
                report.generationAfter()));
        for (DropReason reason : DropReason.values()) {
          long rows = report.dropped().count(reason);
          if (rows > 0) {
            entries.add(JournalEntry.of(Kind.DROP, dataset, path, reason.text(), rows, 0));
          }
        }
      }
    }
    for (Removed thing : removed) {
      entries.add(
          JournalEntry.of(
              Kind.REMOVAL, dataset(thing.path()), thing.path(), thing.why(), 0, thing.bytes()));
    }
    if (!entries.isEmpty()) {
      entries.add(0, pass(reports, removed));
    }
    return entries;
  }

  /** A pass that failed at a further step has swapped before. */
  private static boolean isSwapped(PartitionReport report) {
    return report.generationAfter() != null
        && !report.generationAfter().equals(report.generationBefore());
  }

  private static JournalEntry pass(List<PartitionReport> reports, List<Removed> removed) {
    long dropped = reports.stream().mapToLong(r -> r.dropped().total()).sum();
    long bytes = removed.stream().mapToLong(Removed::bytes).sum();
    StringBuilder outcomes = new StringBuilder();
    for (Outcome outcome : Outcome.values()) {
      long count = reports.stream().filter(r -> r.outcome() == outcome).count();
      if (count > 0) {
        outcomes.append(outcomes.isEmpty() ? "" : ", ").append(count).append(' ');
        outcomes.append(outcome.text());
      }
    }
    String reason = outcomes.append(", ").append(removed.size()).append(" removed").toString();
    return JournalEntry.of(Kind.PASS, "", "", reason, dropped, bytes);
  }

  /** Of a path below the root, {@code datasets/<dataset>/…}; empty if it is none. */
  private static String dataset(String path) {
    String[] names = path.split("/", 3);
    return names.length == 3 && names[0].equals("datasets") ? names[1] : "";
  }
}
