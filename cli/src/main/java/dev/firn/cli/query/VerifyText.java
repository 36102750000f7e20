package dev.firn.cli.query;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.maintenance.verify.Finding;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import dev.firn.maintenance.verify.VerifyReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A check for people: damage and warnings first, each with what it means and what to do; then a
 * line a partition with its notes; then totals.
 */
final class VerifyText {
  private final VerifyReport report;
  private final List<String> lines = new ArrayList<>();

  VerifyText(VerifyReport report) {
    this.report = report;
  }

  List<String> lines() {
    for (Severity severity : List.of(Severity.DAMAGE, Severity.WARNING)) {
      findings().filter(finding -> finding.severity() == severity).forEach(this::addViolation);
    }
    for (VerifiedPartition partition : report.partitions()) {
      lines.add(summary(partition));
      addNotes(partition.findings());
    }
    addNotes(report.elsewhere());
    if (!lines.isEmpty()) {
      lines.add("");
    }
    lines.add(totals());
    lines.add(verdict());
    return List.copyOf(lines);
  }

  private Stream<Finding> findings() {
    return Stream.concat(
        report.partitions().stream().flatMap(partition -> partition.findings().stream()),
        report.elsewhere().stream());
  }

  private void addViolation(Finding finding) {
    lines.add(finding.severity().text() + ": " + finding.path());
    // What a cursor or a file is not says so itself.
    lines.add("    " + (finding.found().startsWith("expected ") ? "" : "found ") + finding.found());
    lines.add("    expected " + finding.expected());
    lines.add("    " + finding.consequence());
    lines.add("    to do: " + finding.advice());
    lines.add("");
  }

  private void addNotes(List<Finding> findings) {
    for (Finding finding : findings) {
      if (finding.severity() == Severity.NOTE) {
        lines.add(
            "    note: "
                + finding.path()
                + ": "
                + finding.found()
                + "; "
                + finding.consequence().replaceFirst("^none: ", ""));
      }
    }
  }

  private static String summary(VerifiedPartition partition) {
    String path = partition.partition().path() + ": ";
    if (partition.state() == State.ABSENT) {
      return path + "absent, " + found(partition);
    }
    return path
        + partition.generation().map(name -> name + ", ").orElse("")
        + (partition.state() == State.UNREADABLE ? "unreadable, " : "")
        + Counted.of(partition.generations(), "generation")
        + ", "
        + Counted.of(partition.files(), "file")
        + ", "
        + Counted.of(partition.rows(), "row")
        + (partition.generation().isEmpty() ? " that may be live" : "")
        + ", "
        + ByteSize.format(partition.bytes())
        + ", "
        + found(partition);
  }

  private static String found(VerifiedPartition partition) {
    long damage = partition.count(Severity.DAMAGE);
    long warnings = partition.count(Severity.WARNING);
    if (damage == 0 && warnings == 0) {
      return "sound";
    }
    return (damage > 0 ? "damaged in " + Counted.of(damage, "place") : "")
        + (damage > 0 && warnings > 0 ? ", " : "")
        + (warnings > 0 ? Counted.of(warnings, "warning") : "");
  }

  private String totals() {
    return "Checked "
        + Counted.of(report.partitions().size(), "partition")
        + " with "
        + Counted.of(report.sum(VerifiedPartition::generations), "generation")
        + ", "
        + Counted.of(report.sum(VerifiedPartition::files), "file")
        + ", "
        + Counted.of(report.sum(VerifiedPartition::rows), "row")
        + " and "
        + ByteSize.format(report.sum(VerifiedPartition::bytes))
        + " in "
        + Durations.format(Duration.ofMillis(report.elapsedMillis()))
        + (report.full()
            ? "; every page of every live file was decoded."
            : "; --full decodes every page, too.");
  }

  private String verdict() {
    long damage = report.count(Severity.DAMAGE);
    long unreadable = report.count(State.UNREADABLE);
    return (damage == 0 ? "No damage" : "Damage in " + Counted.of(damage, "place"))
        + (unreadable > 0 ? "; " + Counted.of(unreadable, "partition") + " cannot be read" : "")
        + "; "
        + Counted.of(report.count(Severity.WARNING), "warning")
        + ", "
        + Counted.of(report.count(Severity.NOTE), "note")
        + ".";
  }
}
