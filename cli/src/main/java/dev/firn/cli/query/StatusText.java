package dev.firn.cli.query;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.cli.text.TextTable;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.LastRun;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A status for people: what needs attention in full sentences, then all partitions in a table. */
final class StatusText {
  private static final String UNKNOWN = "?";
  private static final String DATASETS = "datasets/";

  private final CacheStatus status;
  private final String root;
  private final Instant now;
  private final List<String> lines = new ArrayList<>();

  StatusText(CacheStatus status, String root, Instant now) {
    this.status = status;
    this.root = root;
    this.now = now;
  }

  List<String> lines() {
    if (status.partitions().isEmpty() && status.spools().isEmpty()) {
      return List.of("There is nothing in " + root + " yet.");
    }
    addAttention();
    addTable();
    addSpools();
    lines.add("");
    lines.add(totals());
    return List.copyOf(lines);
  }

  private void addAttention() {
    List<PartitionStatus> needy =
        status.partitions().stream().filter(PartitionStatus::needsAttention).toList();
    if (needy.isEmpty()) {
      return;
    }
    lines.add(
        Counted.of(needy.size(), "partition")
            + (needy.size() == 1 ? " needs" : " need")
            + " attention:");
    for (PartitionStatus partition : needy) {
      lines.add("  " + partition.partition().path());
      if (!partition.problem().isEmpty()) {
        lines.add("    " + partition.state().text() + ": " + partition.problem());
      }
      if (!partition.repairHint().isEmpty()) {
        lines.add("    " + partition.repairHint());
      }
      partition.notes().forEach(note -> lines.add("    " + note));
      partition
          .lastRun()
          .filter(run -> run.outcome().equals("failed"))
          .ifPresent(run -> lines.add("    the last run failed: " + run.reason()));
    }
    lines.add("");
  }

  private void addTable() {
    if (status.partitions().isEmpty()) {
      return;
    }
    TextTable table =
        new TextTable(
            "PARTITION",
            "LAYOUT",
            "LIVE",
            ">ROWS",
            ">FILES",
            ">BYTES",
            ">AVERAGE",
            ">SNAPSHOTS",
            ">RETIRED",
            ">ORPHANED",
            "LAST RUN",
            "NEXT");
    for (PartitionStatus partition : status.partitions()) {
      Optional<LiveContent> live = partition.live();
      table.add(
          shortPath(partition.partition().path()),
          live.map(l -> l.layout().text()).orElse(UNKNOWN),
          live.map(LiveContent::generation)
              .orElse(partition.state() == State.LIVE ? UNKNOWN : partition.state().text()),
          live.map(l -> Counted.number(l.rows())).orElse(UNKNOWN),
          live.map(StatusText::files).orElse(UNKNOWN),
          live.map(l -> ByteSize.format(l.bytes())).orElse(UNKNOWN),
          live.map(l -> ByteSize.format(l.averageFileBytes())).orElse(UNKNOWN),
          live.map(l -> Counted.number(l.snapshots())).orElse(UNKNOWN),
          ByteSize.format(partition.retiredBytes()),
          ByteSize.format(partition.orphanedBytes()),
          partition.lastRun().map(this::lastRun).orElse("never"),
          (partition.due() ? "due: " : "not due: ") + partition.dueReason());
    }
    lines.addAll(table.lines());
  }

  private static String files(LiveContent live) {
    String files = Counted.number(live.dataFiles());
    return live.deleteFiles() == 0
        ? files
        : files + " + " + Counted.of(live.deleteFiles(), "delete");
  }

  private String lastRun(LastRun run) {
    return run.outcome() + " " + Durations.ago(run.at(), now);
  }

  private void addSpools() {
    if (status.spools().isEmpty()) {
      return;
    }
    lines.add("");
    lines.add("Rows of another program that are in no table yet:");
    for (CacheStatus.Spool spool : status.spools()) {
      lines.add("  " + spool.path() + "  " + ByteSize.format(spool.bytes()));
    }
  }

  private String totals() {
    StatusTotals totals = StatusTotals.of(status);
    return Counted.of(totals.partitions(), "partition")
        + (totals.unreadable() > 0 ? " (" + totals.unreadable() + " unreadable)" : "")
        + ", "
        + Counted.of(totals.rows(), "row")
        + ", "
        + Counted.of(totals.dataFiles(), "file")
        + ", "
        + ByteSize.format(totals.bytes())
        + "; "
        + ByteSize.format(totals.retiredBytes())
        + " retired, "
        + ByteSize.format(totals.orphanedBytes())
        + " orphaned; last pass "
        + status.lastPass().map(at -> Durations.ago(at, now)).orElse("never");
  }

  private static String shortPath(String path) {
    return path.startsWith(DATASETS) ? path.substring(DATASETS.length()) : path;
  }
}
