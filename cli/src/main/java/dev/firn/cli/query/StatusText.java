package dev.firn.cli.query;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.cli.text.TextTable;
import dev.firn.core.layout.Layout;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.LastRun;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A status for people: what needs attention in full sentences, each with what to do, then all
 * partitions in a table. What is as it should be takes no room: a column in which every partition
 * would have nothing, or the same usual thing, is left out.
 */
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
      return List.of(
          "There is nothing in "
              + root
              + " yet; \"firn append DATASET FILE\" makes a dataset, --root names another cache.");
    }
    status
        .backupTaken()
        .ifPresent(
            at ->
                lines.addAll(
                    List.of(
                        "This is a backup of "
                            + at
                            + ": what was appended to the original later is not in it.",
                        "If it is the cache that you use now, remove "
                            + root
                            + "/backup.json, which says so.",
                        "")));
    addAttention();
    addTable();
    addSpools();
    addRetention();
    lines.add("");
    lines.add(totals());
    addLitter();
    addReserve();
    addDue();
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
      if (partition.heldExchanges() > 0) {
        lines.add("    " + held(partition));
      }
      if (!partition.repairHint().isEmpty()) {
        lines.add("    " + partition.repairHint());
      }
      addNotes(partition);
    }
    lines.add("");
  }

  private void addNotes(PartitionStatus partition) {
    String dataset = partition.partition().dataset();
    partition.notes().forEach(note -> lines.add("    " + note));
    if (!partition.notes().isEmpty() && partition.repairHint().isEmpty()) {
      lines.add("    \"firn query verify " + dataset + "\" says what it means and what to do");
    }
    partition
        .lastRun()
        .filter(run -> run.outcome().equals("failed"))
        .ifPresent(
            run -> {
              lines.add("    the last run failed: " + run.reason());
              lines.add("    \"firn query maintain " + dataset + "\" tries again");
            });
  }

  private void addDue() {
    long due = status.partitions().stream().filter(PartitionStatus::due).count();
    if (due > 0) {
      lines.add(
          Counted.of(due, "partition")
              + (due == 1 ? " is" : " are")
              + " due: the next pass of the daemon, or \"firn query maintain\", compacts "
              + (due == 1 ? "it" : "them")
              + ".");
    }
  }

  private void addLitter() {
    List<Litter> litter =
        status.partitions().stream()
            .map(PartitionStatus::litter)
            .filter(some -> !some.isNone())
            .toList();
    if (!litter.isEmpty()) {
      long files = litter.stream().mapToLong(Litter::files).sum();
      lines.add(
          Counted.of(files, "data file")
              + " ("
              + ByteSize.format(litter.stream().mapToLong(Litter::bytes).sum())
              + ") in "
              + Counted.of(litter.size(), "partition")
              + (files == 1 ? " is" : " are")
              + " in no snapshot and read by nobody: another program left "
              + (files == 1 ? "it; it goes" : "them; they go")
              + " with the generation.");
    }
  }

  private void addReserve() {
    if (status.reserve().filter(r -> r.state() == Reserve.State.NO_ROOM).isPresent()) {
      lines.add(
          "The disk has no room for the reserve of passes: it was given up, or could not be made."
              + " The first pass that finds plenty makes it again.");
    }
  }

  private void addRetention() {
    List<String> sentences = new ArrayList<>(RetentionText.lines(status.retention(), now));
    sentences.addAll(RetentionText.oldLines(status.old(), now));
    if (!sentences.isEmpty()) {
      lines.add("");
      lines.addAll(sentences);
    }
  }

  private void addTable() {
    if (status.partitions().isEmpty()) {
      return;
    }
    List<Column> columns = columns();
    TextTable table = new TextTable(columns.stream().map(Column::header).toArray(String[]::new));
    for (PartitionStatus partition : status.partitions()) {
      table.add(columns.stream().map(c -> c.cell().apply(partition)).toArray(String[]::new));
    }
    lines.addAll(table.lines());
  }

  private record Column(String header, Function<PartitionStatus, String> cell) {}

  private List<Column> columns() {
    StatusTotals totals = StatusTotals.of(status);
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("PARTITION", p -> shortPath(p.partition().path())));
    if (isAnyOfAnOlderLayout()) {
      columns.add(live("LAYOUT", l -> l.layout().text()));
    }
    columns.add(
        new Column(
            "LIVE",
            p ->
                p.live()
                    .map(LiveContent::generation)
                    .orElse(p.state() == State.LIVE ? UNKNOWN : p.state().text())));
    columns.add(live(">ROWS", l -> Counted.number(l.rows())));
    if (totals.unpublished() > 0) {
      columns.add(live(">UNPUBLISHED", l -> Counted.number(l.unpublished())));
    }
    if (totals.held() > 0) {
      columns.add(new Column(">HELD", p -> Counted.number(p.heldExchanges())));
    }
    columns.add(live(">FILES", StatusText::files));
    columns.add(live(">BYTES", l -> ByteSize.format(l.bytes())));
    columns.add(live(">AVERAGE", l -> ByteSize.format(l.averageFileBytes())));
    columns.add(live(">SNAPSHOTS", l -> Counted.number(l.snapshots())));
    if (totals.retiredBytes() > 0) {
      columns.add(new Column(">RETIRED", p -> ByteSize.format(p.retiredBytes())));
    }
    if (totals.orphanedBytes() > 0) {
      columns.add(new Column(">ORPHANED", p -> ByteSize.format(p.orphanedBytes())));
    }
    columns.add(new Column("LAST RUN", p -> p.lastRun().map(this::lastRun).orElse("never")));
    columns.add(new Column("NEXT", StatusText::next));
    return columns;
  }

  private boolean isAnyOfAnOlderLayout() {
    return status.partitions().stream()
        .flatMap(p -> p.live().stream())
        .anyMatch(live -> live.layout() != Layout.SOURCE_TABLE);
  }

  private static String next(PartitionStatus partition) {
    String trend =
        partition
            .backlog()
            .map(b -> b.trend() + " (" + Counted.of(b.files(), "file") + " to go), ")
            .orElse("");
    return trend + (partition.due() ? "due: " : "not due: ") + partition.dueReason();
  }

  private static Column live(String header, Function<LiveContent, String> cell) {
    return new Column(header, p -> p.live().map(cell).orElse(UNKNOWN));
  }

  private static String held(PartitionStatus partition) {
    boolean one = partition.heldExchanges() == 1;
    return Counted.of(partition.heldExchanges(), "exchange")
        + (one ? " is held and goes in " : " are held and go in ")
        + (partition.state() == State.LIVE
            ? "with the next append or \"firn query maintain\""
            : "when it is mended");
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
    lines.add(
        "Rows of another program that are in no table yet, and stay until it brings them in:");
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
        + (totals.held() > 0 ? " (" + Counted.of(totals.held(), "exchange") + " held)" : "")
        + ", "
        + Counted.of(totals.dataFiles(), "file")
        + ", "
        + ByteSize.format(totals.bytes())
        + waiting(totals.retiredBytes(), "retired")
        + waiting(totals.orphanedBytes(), "orphaned")
        + "; last pass "
        + status.lastPass().map(at -> Durations.ago(at, now)).orElse("never");
  }

  private static String waiting(long bytes, String what) {
    return bytes == 0 ? "" : ", " + ByteSize.format(bytes) + " " + what;
  }

  private static String shortPath(String path) {
    return path.startsWith(DATASETS) ? path.substring(DATASETS.length()) : path;
  }
}
