package dev.firn.maintenance.status;

import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.Litter;
import java.util.List;
import java.util.Optional;

/**
 * How one partition is.
 *
 * @param state in one word: live, absent or unreadable
 * @param problem what is wrong and where, empty if nothing is
 * @param repairHint what an operator can do about the problem, empty if there is none
 * @param live what is in the live generation; empty if it is not known
 * @param heldExchanges exchanges that wait outside it until it can take them
 * @param retiredBytes bytes of superseded generations that the disk gets back when they go
 * @param orphanedBytes bytes of what was never live and nobody builds
 * @param notes things in the directory that stay until somebody looks at them
 * @param litter data files that nobody reads, as the last pass counted them
 * @param lastRun what the last pass that looked at it recorded
 * @param due whether the next pass would compact it
 * @param dueReason why, or why not
 * @param backlog files that the last pass left for later and that are still due
 */
public record PartitionStatus(
    Partition partition,
    State state,
    String problem,
    String repairHint,
    Optional<LiveContent> live,
    long heldExchanges,
    long retiredBytes,
    long orphanedBytes,
    List<String> notes,
    Litter litter,
    Optional<LastRun> lastRun,
    boolean due,
    String dueReason,
    Optional<Backlog> backlog) {

  /** Whether a partition can be trusted. */
  public enum State {
    LIVE("live"),
    ABSENT("absent"),
    UNREADABLE("unreadable");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * The live generation.
   *
   * @param rows live rows, those of unpublished files too
   * @param unpublished landed files that are in no snapshot yet
   * @param bytes of live data files
   */
  public record LiveContent(
      Layout layout,
      String generation,
      long rows,
      long unpublished,
      long dataFiles,
      long deleteFiles,
      long bytes,
      int snapshots) {

    /** Average live data file in bytes, 0 if there is none. */
    public long averageFileBytes() {
      return dataFiles == 0 ? 0 : bytes / dataFiles;
    }
  }

  /**
   * What a pass recorded of this partition.
   *
   * @param at ISO time
   * @param outcome as in a pass report
   */
  public record LastRun(String at, String outcome, String reason) {}

  /**
   * Files that are due and that the last pass did not come to.
   *
   * @param files now
   * @param filesAfterLastRun when the last pass ended
   */
  public record Backlog(long files, long filesAfterLastRun) {

    /** Whether passes keep up: {@code draining} or {@code falling behind}. */
    public String trend() {
      return files <= filesAfterLastRun ? "draining" : "falling behind";
    }
  }

  public PartitionStatus {
    notes = List.copyOf(notes);
  }

  /** True if somebody should look at this partition. */
  public boolean needsAttention() {
    return state == State.UNREADABLE
        || heldExchanges > 0
        || !notes.isEmpty()
        || lastRun.map(run -> run.outcome().equals("failed")).orElse(false);
  }
}
