package dev.firn.maintenance;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.cursor.CursorState;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.read.DeletedRows;
import dev.firn.core.read.UnpublishedRows;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.plan.CompactionPlan;
import dev.firn.maintenance.plan.CompactionPlan.Blocked;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlan.Skip;
import dev.firn.maintenance.plan.CompactionPlanner;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.plan.SnapshotReader;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.retain.FilePeriods;
import dev.firn.maintenance.select.RowSelector;
import dev.firn.maintenance.select.Selections;
import dev.firn.maintenance.select.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a partition and says what a pass would do with it and why. Reads only; every failure is
 * an assessment with a reason (I8).
 */
public final class PartitionAssessor {
  private static final String UNCHANGED_SINCE_THEN =
      " (nothing has changed since, so it was not tried again; --force does)";

  private final Disk disk;
  private final PassMemory memory;
  private final PassOptions options;
  private final PartitionInspector inspector;
  private final CompactionPlanner planner;
  private final Periods periods;
  private final List<RowSelector> selectors;

  /** One that finds no row to go but what delete files hide. */
  public PartitionAssessor(
      Disk disk, MaintenanceConfig config, PassMemory memory, PassOptions options) {
    this(disk, config, memory, options, List.of(), live -> Optional.empty());
  }

  /** Into what a partition's files are kept apart by time; empty if they are not. */
  public interface Periods {
    Optional<FilePeriods> of(Live live);
  }

  /**
   * @param selectors say which rows are to go
   */
  public PartitionAssessor(
      Disk disk,
      MaintenanceConfig config,
      PassMemory memory,
      PassOptions options,
      List<RowSelector> selectors,
      Periods periods) {
    this.selectors = List.copyOf(selectors);
    this.disk = disk;
    this.memory = memory;
    this.options = options;
    this.inspector = new PartitionInspector(disk);
    this.planner = new CompactionPlanner(config);
    this.periods = periods;
  }

  public Assessment assess(Partition partition) {
    PartitionState state = inspector.inspect(partition);
    if (state instanceof Absent) {
      return without(
          partition,
          PartitionReport.untouched(
              partition, Optional.empty(), null, Outcome.SKIPPED, "nothing has been written yet"));
    }
    if (state instanceof Unreadable unreadable) {
      return without(partition, unreadable(unreadable));
    }
    if (state instanceof Live live) {
      try {
        return assess(live);
      } catch (Corrupt e) {
        return without(
            partition,
            PartitionReport.untouched(
                partition,
                Optional.of(live.generation().name().layout()),
                live.generation().name().format(),
                Outcome.UNREADABLE,
                PartitionState.Problem.GENERATION_DAMAGED.text() + ": " + e.getMessage()));
      } catch (IOException | RuntimeException e) {
        return without(
            partition,
            PartitionReport.untouched(
                partition,
                Optional.of(live.generation().name().layout()),
                live.generation().name().format(),
                Outcome.FAILED,
                "cannot be assessed: " + DiskReason.of(e)));
      }
    }
    throw new AssertionError(state);
  }

  private static Assessment without(Partition partition, PartitionReport report) {
    return new Assessment(partition, null, null, 0, 0, null, report);
  }

  private PartitionReport unreadable(Unreadable state) {
    Optional<GenerationName> named =
        CursorFile.read(disk, state.partition().cursorFile()) instanceof CursorState.Present present
            ? Optional.of(present.cursor().live())
            : Optional.empty();
    return PartitionReport.untouched(
        state.partition(),
        named.map(GenerationName::layout),
        named.map(GenerationName::format).orElse(null),
        Outcome.UNREADABLE,
        state.problem().text() + ": " + state.reason());
  }

  private Assessment assess(Live live) throws IOException {
    Generation generation = live.generation();
    Optional<PassMemory.Entry> remembered = memory.find(live.partition().path());
    Map<String, String> unreadable = remembered.map(PassMemory.Entry::unreadable).orElse(Map.of());
    Content content =
        SnapshotReader.read(
            generation,
            live.cursor().cursor().baselineFiles(),
            unreadable.keySet(),
            files -> Selections.by(selectors, live, files),
            periods.of(live));
    long unpublished = UnpublishedRows.count(disk, generation);
    long rows = unpublished + new DeletedRows(generation).liveRows(content.tasks().values());
    CompactionPlan plan = plan(live, content, remembered);
    Outcome outcome;
    @Nullable Rewrite rewrite = null;
    if (plan instanceof Rewrite due) {
      outcome = Outcome.COMPACTED;
      rewrite = due;
    } else if (plan instanceof Blocked) {
      outcome = Outcome.FAILED;
    } else {
      outcome = Outcome.SKIPPED;
    }
    Assessment assessment =
        new Assessment(
            live.partition(),
            live,
            content,
            rows,
            unpublished,
            rewrite,
            PartitionReport.unchanged(
                live.partition(),
                generation.name().layout(),
                generation.name().format(),
                outcome,
                plan.reason(),
                rows,
                content.snapshot().files().size(),
                content.snapshot().bytes()));
    return assessment;
  }

  private CompactionPlan plan(Live live, Content content, Optional<PassMemory.Entry> remembered)
      throws IOException {
    if (!options.steps().compacts() && !options.steps().retains()) {
      return new Skip(
          options.steps() == PassOptions.Steps.SWEEP_ONLY
              ? "only the sweep was asked for"
              : "only expired snapshots were asked for");
    }
    if (live.generation().metadata().refs().size() > 1) {
      return new Blocked("the table has branches or tags besides main, which a rewrite would lose");
    }
    CompactionPlan plan =
        planner.plan(content.snapshot(), options.force(), options.steps().compacts());
    boolean givenUp =
        remembered.map(PassMemory.Entry::givenUp).orElse("").equals(fingerprint(live, content));
    if (plan instanceof Rewrite rewrite
        && givenUp
        && !options.force()
        && !hasMoreRoom(live, rewrite, remembered)) {
      String reason = remembered.map(PassMemory.Entry::reason).orElse("");
      return new Blocked(
          reason.endsWith(UNCHANGED_SINCE_THEN) ? reason : reason + UNCHANGED_SINCE_THEN);
    }
    return plan;
  }

  /** True if the disk was the reason to give up, and clearly more is free now. */
  private boolean hasMoreRoom(Live live, Rewrite rewrite, Optional<PassMemory.Entry> remembered)
      throws IOException {
    long before = remembered.map(PassMemory.Entry::freeBytes).orElse(0L);
    return before > 0
        && disk.usableBytes(live.partition().directory()) - before > rewrite.bytesToRewrite() / 8;
  }

  /**
   * The state of a partition that a rewrite was planned on. Files of which rows are to go belong to
   * it: they come to be so without any change in the partition.
   */
  static String fingerprint(Live live, Content content) {
    CRC32C going = new CRC32C();
    for (PlannedFile file : content.snapshot().files()) {
      if (!file.verdict().equals(Verdict.keep())) {
        going.update((file.location() + file.verdict()).getBytes(StandardCharsets.UTF_8));
      }
    }
    return live.generation().name()
        + "/"
        + live.generation().metadataFile()
        + (going.getValue() == 0 ? "" : "/" + Long.toHexString(going.getValue()));
  }
}
