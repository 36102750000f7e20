package dev.firn.cli.query;

import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.purge.PurgeFinding;
import dev.firn.maintenance.purge.PurgeFinding.Place;
import dev.firn.maintenance.purge.PurgeReport;
import dev.firn.maintenance.purge.PurgeSurvey;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A purge for people: partition by partition, then what is known of the whole. */
final class PurgeText {
  private static final int FEW_FILES = 3;

  private final CacheDirectory cache;
  private final PurgeReport report;
  private final List<String> lines = new ArrayList<>();

  PurgeText(CacheDirectory cache, PurgeReport report) {
    this.cache = cache;
    this.report = report;
  }

  List<String> lines() {
    report.partitions().forEach(this::add);
    for (Path spool : report.spools()) {
      lines.add(
          cache.relative(spool) + ": another program keeps rows there; they were not looked at");
    }
    for (Path gone : report.gone()) {
      lines.add(
          cache.relative(gone)
              + ": of a partition that was dropped; its rows were not looked at: remove it by hand");
    }
    lines.add(statement());
    return List.copyOf(lines);
  }

  private void add(PurgedPartition partition) {
    lines.add(partition.partition().path() + ": " + summary(partition));
    partition.before().ifPresent(this::addLinks);
    Optional<PurgeSurvey> state = report.applied() ? partition.after() : partition.before();
    List<PurgeFinding> findings = state.map(PurgeSurvey::findings).orElse(List.of());
    if (report.applied()) {
      findings.forEach(finding -> lines.add("  " + describe(finding)));
      return;
    }
    for (Place place : Place.values()) {
      addPlanned(place, findings.stream().filter(finding -> finding.place() == place).toList());
    }
  }

  /** What a purge takes care of by itself is told by number; {@code --json} names each file. */
  private void addPlanned(Place place, List<PurgeFinding> findings) {
    List<PurgeFinding> readable =
        findings.stream().filter(finding -> finding.trouble().isEmpty()).toList();
    boolean byNumber =
        readable.size() > FEW_FILES && (place == Place.LIVE || place == Place.SUPERSEDED);
    if (byNumber) {
      lines.add(
          "  "
              + readable.size()
              + " data files ("
              + place.text()
              + "): "
              + readable.stream().mapToLong(PurgeFinding::matching).sum()
              + " of "
              + Counted.of(readable.stream().mapToLong(PurgeFinding::rows).sum(), "row")
              + " match");
    }
    findings.stream()
        .filter(finding -> !byNumber || !finding.trouble().isEmpty())
        .forEach(finding -> lines.add("  " + describe(finding)));
  }

  private static String summary(PurgedPartition partition) {
    String rows = Counted.of(partition.rowsMatching(), "live row");
    return switch (partition.outcome()) {
      case CLEAN -> "no row matches";
      case PROPOSED ->
          rows
              + " would be removed"
              + (partition.heldExchanges() > 0
                  ? "; "
                      + Counted.of(partition.heldExchanges(), "held exchange")
                      + " would land first and be looked at"
                  : "");
      case PURGED, LEFT ->
          Counted.of(partition.rowsPurged(), "row")
              + " removed"
              + (partition.rowsArchived() > 0
                  ? ", " + Counted.of(partition.rowsArchived(), "row") + " of archives"
                  : "")
              + (Objects.equals(partition.generationBefore(), partition.generationAfter())
                  ? ""
                  : ", "
                      + partition.generationBefore()
                      + " went, "
                      + partition.generationAfter()
                      + " is live")
              + "; "
              + partition.reason();
      case UNREADABLE, HELD -> partition.reason();
      case FAILED -> "failed: " + partition.reason();
    };
  }

  private void addLinks(PurgeSurvey before) {
    for (PurgeFinding finding : before.findings()) {
      if (finding.otherNames() > 0) {
        lines.add(
            "  "
                + cache.relative(finding.path())
                + (report.applied() ? " had " : " has ")
                + Counted.of(finding.otherNames(), "further hard link")
                + " outside of the cache, a backup perhaps: the rows are there, too");
      }
    }
  }

  private String describe(PurgeFinding finding) {
    return cache.relative(finding.path())
        + " ("
        + finding.place().text()
        + "): "
        + (finding.trouble().isEmpty()
            ? finding.matching() + " of " + Counted.of(finding.rows(), "row") + " match"
            : "may hold some: " + finding.trouble());
  }

  private String statement() {
    String elapsed = " (" + Durations.format(Duration.ofMillis(report.elapsedMillis())) + ")";
    if (!report.applied()) {
      return report.count(Outcome.PROPOSED) > 0
          ? "Nothing was changed; --apply removes them." + elapsed
          : "Nothing matches." + elapsed;
    }
    long files = 0;
    long rows = 0;
    long others = 0;
    long unchecked = 0;
    long left = 0;
    boolean archives = false;
    for (PurgedPartition partition : report.partitions()) {
      if (partition.after().isEmpty()) {
        unchecked++;
        continue;
      }
      PurgeSurvey after = partition.after().get();
      files += after.filesScanned();
      rows += after.rowsScanned();
      others += after.otherFiles();
      left += partition.outcome() == Outcome.LEFT ? after.findings().size() : 0;
      archives |= after.hasAnyIn(Place.ARCHIVE);
    }
    String scanned =
        "Read again: "
            + Counted.of(rows, "row")
            + " in "
            + Counted.of(files, "data file")
            + ", live, superseded, in quarantine and copies; "
            + Counted.of(others, "other file")
            + " of metadata. ";
    if (left > 0 || unchecked > 0) {
      return scanned
          + (left > 0 ? Counted.of(left, "file") + " named above may still hold such rows. " : "")
          + (unchecked > 0 ? Counted.of(unchecked, "partition") + " could not be checked." : "")
          + elapsed;
    }
    return scanned
        + "No file of the partitions asked for holds a row that matches"
        + (archives ? ", but archives do; --archives takes them out." : ".")
        + elapsed;
  }
}
