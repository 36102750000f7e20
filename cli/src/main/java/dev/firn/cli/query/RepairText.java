package dev.firn.cli.query;

import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.maintenance.repair.Candidate;
import dev.firn.maintenance.repair.MendReport;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairReport;
import dev.firn.maintenance.repair.RepairedPartition;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import dev.firn.maintenance.verify.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A repair for people: partition by partition what was wrong and what was or would be done; then
 * what is left, and what to do next.
 */
final class RepairText {
  private final RepairReport report;
  private final List<String> lines = new ArrayList<>();

  RepairText(RepairReport report) {
    this.report = report;
  }

  List<String> lines() {
    for (RepairedPartition partition : report.partitions()) {
      if (partition.outcome() != Outcome.SOUND || !partition.mends().isEmpty()) {
        add(partition);
      }
    }
    lines.add(totals());
    lines.add(next());
    return List.copyOf(lines);
  }

  private void add(RepairedPartition partition) {
    lines.add(partition.partition().path() + ": " + summary(partition));
    partition.mends().forEach(this::add);
    // In a dry run the mends above would take care of some of it.
    if (partition.outcome() != Outcome.PROPOSED) {
      Set<String> named =
          partition.mends().stream().map(MendReport::path).collect(Collectors.toSet());
      partition.damage().stream().filter(d -> !named.contains(d.path())).forEach(this::add);
    }
    partition.copies().ifPresent(path -> lines.add("  what was replaced is in " + path));
    lines.add("");
  }

  private static String summary(RepairedPartition partition) {
    return switch (partition.outcome()) {
      case SOUND -> "sound";
      case PROPOSED -> "can be mended";
      case MENDED -> "mended, " + Counted.of(partition.rowsAfter(), "row");
      case LEFT -> (partition.unreadable() ? "stays unreadable: " : "") + partition.reason();
      case UNDONE, HELD -> partition.reason();
      case FAILED -> "failed: " + partition.reason();
    };
  }

  private void add(MendReport mend) {
    lines.add("  " + mend.path());
    lines.add("    found " + mend.wrong());
    String rows = mend.rows().isPresent() ? rows(mend.rows()) : "";
    lines.add("    " + lead(mend.status()) + mend.action() + rows);
    for (Candidate candidate : mend.candidates()) {
      lines.add(
          "      "
              + candidate.generation()
              + ": "
              + (candidate.rows().isPresent()
                  ? Counted.of(candidate.rows().getAsLong(), "row")
                  : "rows not known")
              + ", last changed "
              + candidate.newest()
              + "; "
              + candidate.why());
    }
  }

  private static String rows(OptionalLong rows) {
    return rows.getAsLong() == 0 ? "" : " (" + Counted.of(rows.getAsLong(), "row") + ")";
  }

  private static String lead(Status status) {
    return switch (status) {
      case DONE -> "done: ";
      case WOULD -> "would ";
      case FAILED -> "not done: ";
      case LEFT -> "to do: ";
      case NOTE -> "to do: ";
    };
  }

  private void add(Finding finding) {
    lines.add("  damage: " + finding.path());
    lines.add("    found " + finding.found() + ", expected " + finding.expected());
    lines.add("    " + finding.consequence());
    lines.add("    to do: " + finding.advice());
  }

  private String totals() {
    return "Looked at "
        + Counted.of(report.partitions().size(), "partition")
        + " in "
        + Durations.format(Duration.ofMillis(report.elapsedMillis()))
        + ": "
        + report.count(Outcome.SOUND)
        + " sound, "
        + (report.applied()
            ? report.count(Outcome.MENDED) + " mended"
            : report.count(Outcome.PROPOSED) + " can be mended")
        + count(Outcome.LEFT, "left")
        + count(Outcome.UNDONE, "put back")
        + count(Outcome.HELD, "held by somebody else")
        + count(Outcome.FAILED, "failed")
        + ".";
  }

  private String count(Outcome outcome, String words) {
    long count = report.count(outcome);
    return count == 0 ? "" : ", " + count + " " + words;
  }

  private String next() {
    if (report.count(Status.WOULD) > 0) {
      return "Nothing was changed; --apply mends it.";
    }
    if (report.damage() > 0) {
      return "Damage is left in "
          + Counted.of(report.damage(), "place")
          + "; \"firn query verify\" says more.";
    }
    return report.count(Outcome.LEFT) + report.count(Outcome.UNDONE) > 0
        ? "What is left needs a decision."
        : "Nothing is left to mend.";
  }
}
