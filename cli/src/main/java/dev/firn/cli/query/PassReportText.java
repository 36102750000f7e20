package dev.firn.cli.query;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.core.generation.DropReason;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.DatasetRetention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A pass for people: trouble first, then what was done, then what was not and why. Partitions that
 * were skipped for the same reason share a line.
 */
final class PassReportText {
  private static final String WOULD_COMPACT = "would compact";
  private static final List<Outcome> ORDER =
      List.of(Outcome.FAILED, Outcome.UNREADABLE, Outcome.HELD, Outcome.COMPACTED);

  private final PassReport report;
  private final boolean everySkip;
  private final int width;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param everySkip give every skipped partition its own line
   */
  PassReportText(PassReport report, boolean everySkip) {
    this.report = report;
    this.everySkip = everySkip;
    this.width = (report.dryRun() ? WOULD_COMPACT : Outcome.UNREADABLE.text()).length();
  }

  List<String> lines() {
    if (report.dryRun()) {
      lines.add("A dry run: nothing was changed.");
    }
    for (Outcome outcome : ORDER) {
      report.partitions().stream().filter(p -> p.outcome() == outcome).forEach(this::addPartition);
    }
    addSkipped();
    for (PassReport.Removed removed : report.removed()) {
      add(
          report.dryRun() ? "would remove" : "removed",
          removed.path() + " (" + ByteSize.format(removed.bytes()) + "): " + removed.why());
    }
    for (PassReport.Kept kept : report.kept()) {
      add("kept", kept.path() + ": " + kept.why());
    }
    report
        .litter()
        .forEach(
            (path, litter) ->
                add(
                    "kept",
                    path
                        + ": "
                        + Counted.of(litter.files(), "data file")
                        + " ("
                        + ByteSize.format(litter.bytes())
                        + ") that no snapshot names and nobody reads"));
    report
        .damaged()
        .forEach(
            (path, files) ->
                add(
                    "damaged",
                    path
                        + ": "
                        + Counted.of(files, "data file")
                        + " that cannot be read, kept as found; \"firn query repair\" shows what"
                        + " can be done"));
    for (DatasetRetention dataset : report.retention()) {
      dataset
          .error()
          .ifPresent(why -> add("failed", dataset.dataset() + ": nothing is dropped: " + why));
      dataset.warnings().forEach(warning -> add("warning", dataset.dataset() + ": " + warning));
    }
    lines.add(totals());
    return List.copyOf(lines);
  }

  private void addPartition(PartitionReport partition) {
    String path = partition.partition().path();
    if (partition.outcome() == Outcome.COMPACTED) {
      add(
          report.dryRun() ? WOULD_COMPACT : Outcome.COMPACTED.text(),
          path + ": " + compacted(partition) + " (" + partition.reason() + ")");
    } else {
      add(partition.outcome().text(), path + ": " + partition.reason());
    }
  }

  private String compacted(PartitionReport partition) {
    List<String> facts = new ArrayList<>();
    facts.add(Counted.of(partition.rowsAfter(), "row"));
    if (report.dryRun()) {
      facts.add(Counted.of(partition.filesRewritten(), "file") + " to rewrite");
      facts.add(ByteSize.format(partition.bytesBefore()) + " now");
    } else {
      facts.add(
          Counted.of(partition.dataFilesBefore(), "file")
              + " to "
              + Counted.number(partition.dataFilesAfter()));
      facts.add(
          ByteSize.format(partition.bytesBefore())
              + " to "
              + ByteSize.format(partition.bytesAfter()));
    }
    if (partition.filesLinked() > 0) {
      facts.add(Counted.of(partition.filesLinked(), "file") + " carried over");
    }
    if (partition.filesLeft() > 0) {
      facts.add(Counted.of(partition.filesLeft(), "file") + " left for further steps");
    }
    for (DropReason reason : DropReason.values()) {
      if (partition.dropped().count(reason) > 0) {
        facts.add(
            Counted.of(partition.dropped().count(reason), reason.text() + " row") + " left out");
      }
    }
    if (partition.rowsArchived() > 0) {
      facts.add(Counted.of(partition.rowsArchived(), "row") + " archived");
    }
    String before = Objects.requireNonNullElse(partition.generationBefore(), "unknown");
    String after = Objects.requireNonNullElse(partition.generationAfter(), "");
    String generations = after.isEmpty() || after.equals(before) ? before : before + " to " + after;
    return generations + ", " + String.join(", ", facts);
  }

  private void addSkipped() {
    Map<String, List<String>> pathsByReason = new LinkedHashMap<>();
    report.partitions().stream()
        .filter(p -> p.outcome() == Outcome.SKIPPED)
        .forEach(
            p ->
                pathsByReason
                    .computeIfAbsent(p.reason(), reason -> new ArrayList<>())
                    .add(p.partition().path()));
    pathsByReason.forEach(
        (reason, paths) -> {
          if (everySkip || paths.size() == 1) {
            paths.forEach(path -> add(Outcome.SKIPPED.text(), path + ": " + reason));
          } else {
            add(Outcome.SKIPPED.text(), Counted.of(paths.size(), "partition") + ": " + reason);
          }
        });
  }

  private String totals() {
    String counts =
        Arrays.stream(Outcome.values())
            .filter(outcome -> report.count(outcome) > 0)
            .map(outcome -> Counted.number(report.count(outcome)) + " " + done(outcome))
            .collect(Collectors.joining(", "));
    return (counts.isEmpty() ? "No partitions" : counts)
        + " in "
        + Durations.format(Duration.ofMillis(report.elapsedMillis()))
        + (report.rowsDropped() > 0
            ? "; " + Counted.of(report.rowsDropped(), "row") + " dropped (" + report.dropped() + ")"
            : "")
        + "; "
        + ByteSize.format(report.bytesReclaimed())
        + (report.dryRun() ? " would be reclaimed" : " reclaimed")
        + (report.bytesPending() > 0
            ? ", " + ByteSize.format(report.bytesPending()) + " more when graces end"
            : "");
  }

  private String done(Outcome outcome) {
    return report.dryRun() && outcome == Outcome.COMPACTED ? "to compact" : outcome.text();
  }

  private void add(String what, String text) {
    lines.add(what + " ".repeat(Math.max(0, width - what.length())) + "  " + text);
  }
}
