package dev.firn.maintenance.unchanged;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Spares a pass the partitions that have not changed since a pass found nothing to do in them: from
 * their {@link Stamp} alone it reports what was reported then. Seven calls of {@code stat} instead
 * of three loads of the metadata and one of the manifests.
 *
 * <p><b>What is remembered.</b> Only that nothing is to be done: the outcome was {@code skipped},
 * nothing had landed unpublished or was held, no generation but the live one, no temporary name and
 * no {@code .building-} lay there, so no grace was running. The stamp was taken before the pass
 * looked, and everything in it was some seconds old already; so what changes after the stamp gets
 * another time, and no later stamp is equal to it. Configuration and rules are part of it: with
 * others, nothing is remembered.
 *
 * <p><b>What a wrong verdict can do.</b> Delay. Nothing is removed, rewritten or published for one:
 * whatever acts looks again under its lock. A stamp misses bytes that were changed in place with
 * size and time left alone (damage, above all), a clock that was set back to the very nanosecond of
 * the last change, and two changes within one tick of a file system whose ticks take longer than
 * three seconds. A verdict is believed for a day at most, for a share of that by the partition's
 * name so that not all end in the same pass, and not by a clock that stands before the time when it
 * was made; so whatever was missed is found a day later. Where time alone makes something due
 * before that, whoever knows says when.
 *
 * <p>A restored or copied cache has other inodes, so other stamps. Two passes at once each write
 * what they found, whole; the last one stays. A kill leaves the old file. Losing it costs one pass
 * that looks at everything.
 */
public final class UnchangedPartitions {
  private static final Duration SHORTEST = Duration.ofHours(16);
  private static final Duration SPREAD = Duration.ofHours(8);

  /** Longer ones name many files, and are looked at again. */
  private static final int LONGEST_REASON = 300;

  /** Changes when what makes a partition due does, so that a new version looks at all. */
  private static final String RULES = "1 ";

  private record Look(QuietPartition quiet, Optional<PartitionReport> report, Instant until) {}

  private final Disk disk;
  private final CacheDirectory cache;
  private final Optional<String> rules;
  private final Instant now;
  private final Map<String, Verdict> verdicts;
  private final Map<String, Look> looks = new HashMap<>();
  private boolean changed;

  private UnchangedPartitions(
      Disk disk,
      CacheDirectory cache,
      Optional<String> rules,
      Instant now,
      Map<String, Verdict> verdicts) {
    this.disk = disk;
    this.cache = cache;
    this.rules = rules;
    this.now = now;
    this.verdicts = verdicts;
  }

  /**
   * What earlier passes remembered.
   *
   * @param configuration everything that decides whether a partition is due, as text
   * @param now what the wall clock says
   */
  public static UnchangedPartitions load(
      Disk disk, CacheDirectory cache, String configuration, Instant now) {
    String rules = RULES + configuration;
    return new UnchangedPartitions(
        disk, cache, Optional.of(rules), now, VerdictFile.read(disk, cache, rules));
  }

  /** For a pass that looks at everything, and of which others learn nothing. */
  public static UnchangedPartitions none(Disk disk, CacheDirectory cache) {
    return new UnchangedPartitions(disk, cache, Optional.empty(), Instant.MIN, Map.of());
  }

  /** The report of a partition that has not changed since it was made; else empty. */
  public Optional<PartitionReport> find(Partition partition) {
    Verdict verdict = verdicts.get(partition.path());
    if (verdict == null) {
      return Optional.empty();
    }
    if (verdict.holdsAt(now)) {
      try {
        Optional<Stamp> stamp =
            Stamp.take(disk, cache, partition, verdict.generation(), verdict.metadataFile());
        if (stamp.isPresent() && stamp.get().value() == verdict.stamp()) {
          return Optional.of(verdict.report(partition));
        }
      } catch (IOException e) {
        // Whoever looks at it in full says what is wrong.
      }
    }
    verdicts.remove(partition.path());
    changed = true;
    return Optional.empty();
  }

  /** To be called right before the pass looks at a partition. */
  public void beforeLook(Partition partition) {
    if (rules.isEmpty()) {
      return;
    }
    try {
      QuietPartition.find(disk, cache, partition, now)
          .ifPresent(
              quiet -> looks.put(partition.path(), new Look(quiet, Optional.empty(), Instant.MAX)));
    } catch (IOException e) {
      looks.remove(partition.path());
    }
  }

  /**
   * What the pass saw.
   *
   * @param live what is in the partition
   * @param report with the reason why nothing is due
   * @param nextDue when something in it becomes due by time alone; it is looked at again then
   */
  public void looked(Live live, PartitionReport report, Instant nextDue) {
    String path = live.partition().path();
    Look look = looks.remove(path);
    if (look != null
        && report.outcome() == Outcome.SKIPPED
        && report.reason().length() <= LONGEST_REASON
        && look.quiet().generation().equals(live.generation().name().format())
        && look.quiet().metadataFile().equals(live.generation().metadataFile())
        && live.generation().unpublished().isEmpty()) {
      looks.put(path, new Look(look.quiet(), Optional.of(report), nextDue));
    }
  }

  /** The end of a partition's part in the pass: nothing was swept, and nothing waits to be. */
  public void nothingToDo(PartitionReport report) {
    String path = report.partition().path();
    Look look = looks.remove(path);
    if (look == null
        || !look.report().equals(Optional.of(report))
        || !look.until().isAfter(now)
        || report.layout().isEmpty()
        || verdicts.size() >= VerdictFile.MAX_PARTITIONS) {
      return;
    }
    long spread = Math.floorMod(path.hashCode(), SPREAD.toSeconds());
    Instant until = now.plus(SHORTEST).plusSeconds(spread);
    verdicts.put(
        path,
        new Verdict(
            now,
            look.until().isBefore(until) ? look.until() : until,
            look.quiet().stamp().value(),
            report.layout().get(),
            look.quiet().generation(),
            look.quiet().metadataFile(),
            report.rowsBefore(),
            report.dataFilesBefore(),
            report.bytesBefore(),
            report.reason()));
    changed = true;
  }

  /**
   * Forgets partitions that are no longer there.
   *
   * @return how many
   */
  public int keepOnly(List<Partition> partitions) {
    if (rules.isEmpty()) {
      return 0;
    }
    int before = verdicts.size();
    Set<String> paths = new HashSet<>();
    partitions.forEach(partition -> paths.add(partition.path()));
    changed |= verdicts.keySet().retainAll(paths);
    return before - verdicts.size();
  }

  /** Writes what is remembered if that has changed, and {@code maintenance/} is there. */
  public void save() throws IOException {
    boolean there = disk.stat(cache.maintenance()).map(FileStat::isDirectory).orElse(false);
    if (changed && there && rules.isPresent()) {
      VerdictFile.replace(disk, cache, rules.get(), verdicts);
      changed = false;
    }
  }
}
