package dev.firn.cli.backup;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.maintenance.backup.BackedUpPartition;
import dev.firn.maintenance.backup.BackupReport;
import dev.firn.maintenance.verify.Finding;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A backup for people: what needs attention first, then a line a partition, then totals. */
final class BackupText {
  private BackupText() {}

  static List<String> lines(BackupReport report) {
    List<String> lines = new ArrayList<>();
    for (BackedUpPartition partition : report.partitions()) {
      if (!partition.problem().isEmpty()) {
        lines.add("in doubt, copied as it stands: " + partition.path());
        lines.add("    " + partition.problem());
      }
    }
    damage(report)
        .forEach(
            finding -> {
              lines.add("damage: " + finding.path());
              lines.add("    found " + finding.found());
              lines.add("    " + finding.consequence());
            });
    for (Path leftover : report.leftovers()) {
      lines.add("left by an interrupted backup, to be removed by hand: " + leftover);
    }
    report.notes().forEach(note -> lines.add("note: " + note));
    if (!lines.isEmpty()) {
      lines.add("");
    }
    for (BackedUpPartition partition : report.partitions()) {
      if (partition.problem().isEmpty()) {
        lines.add(summary(partition, report));
      }
    }
    lines.add(
        "Backed up "
            + Counted.of(report.partitions().size(), "partition")
            + " with "
            + Counted.of(report.verified().sum(VerifiedPartition::rows), "row")
            + " to "
            + report.target()
            + ": "
            + Counted.of(report.linkedFiles(), "file")
            + " of "
            + ByteSize.format(report.linkedBytes())
            + " linked, "
            + Counted.of(report.copiedFiles(), "file")
            + " of "
            + ByteSize.format(report.copiedBytes())
            + " copied.");
    long damage = damage(report).count();
    lines.add(
        "Complete up to "
            + report.takenAt()
            + "; verified"
            + (report.verified().full() ? " to the last page" : "")
            + ", "
            + (damage == 0 ? "no damage." : "damage in " + Counted.of(damage, "place") + "."));
    return List.copyOf(lines);
  }

  private static String summary(BackedUpPartition partition, BackupReport report) {
    long rows =
        report.verified().partitions().stream()
            .filter(verified -> verified.partition().path().equals(partition.path()))
            .mapToLong(VerifiedPartition::rows)
            .sum();
    return partition.path()
        + ": "
        + partition.generation()
        + ", "
        + Counted.of(rows, "row")
        + (partition.highestLanded() > 0 ? ", up to landed file " + partition.highestLanded() : "")
        + (partition.held() > 0 ? ", " + Counted.of(partition.held(), "exchange") + " held" : "");
  }

  private static Stream<Finding> damage(BackupReport report) {
    return Stream.concat(
            report.verified().partitions().stream()
                .flatMap(partition -> partition.findings().stream()),
            report.verified().elsewhere().stream())
        .filter(finding -> finding.severity() == Severity.DAMAGE);
  }
}
