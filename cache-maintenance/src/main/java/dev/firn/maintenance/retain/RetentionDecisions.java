package dev.firn.maintenance.retain;

import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.retain.DatasetRetention.Decision;
import dev.firn.maintenance.select.RowSelection;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The decisions of one pass. */
public final class RetentionDecisions {
  private final RetentionDecider decider;
  private final Map<String, DatasetRetention> reports = new TreeMap<>();
  private final Map<String, PartitionRetention> partitions = new HashMap<>();

  public RetentionDecisions(RetentionDecider decider) {
    this.decider = decider;
  }

  /** Decides by age and number for a dataset of these partitions. */
  public void decide(String dataset, List<Partition> all) {
    take(decider.decide(dataset, all));
  }

  /**
   * Decides what more goes of a dataset whose live files take more than {@code maxBytes}.
   *
   * @param times how many times as many bytes as are missing are asked for
   * @return partitions of which something goes; none if nothing has to or can
   */
  public List<Partition> decideBytes(
      String dataset, List<Partition> all, long maxBytes, long times) {
    Optional<Decision> decision = decider.decideBytes(dataset, all, maxBytes, times);
    if (decision.isEmpty()) {
      return List.of();
    }
    take(decision.get());
    return all.stream().filter(partition -> decision.get().rows(partition) > 0).toList();
  }

  /** Notes in the report that a dataset takes more than it may. */
  public void warnIfLarger(String dataset, List<Partition> all, long maxBytes) {
    decider
        .decideBytes(dataset, all, maxBytes, 1)
        .ifPresent(
            decision ->
                reports.computeIfPresent(
                    dataset,
                    (name, report) ->
                        report.withWarning(
                            "max_bytes " + maxBytes + " is not met yet; the next pass goes on")));
  }

  private void take(Decision decision) {
    partitions.putAll(decision.partitions());
    reports.merge(decision.report().dataset(), decision.report(), DatasetRetention::followedBy);
  }

  /** What goes of a partition; nothing if another generation is live than when it was decided. */
  public Optional<RowSelection> find(Live live) {
    return Optional.ofNullable(partitions.get(live.partition().path()))
        .filter(retention -> retention.isFor(live) && !retention.files().isEmpty())
        .map(retention -> retention);
  }

  /**
   * When, by time alone, a row of a partition goes that stays now; far away if none does. Where
   * nothing could be decided, always: an error is reported until it is mended.
   */
  public Instant nextDue(Live live) {
    DatasetRetention report = reports.get(live.partition().dataset());
    if (report != null && report.error().isPresent()) {
      return Instant.MIN;
    }
    PartitionRetention retention = partitions.get(live.partition().path());
    return retention == null ? Instant.MAX : retention.nextDue();
  }

  public List<DatasetRetention> reports() {
    return List.copyOf(reports.values());
  }
}
