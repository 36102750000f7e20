package dev.firn.maintenance;

import dev.firn.core.CacheException;
import dev.firn.core.append.Publisher;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.AutoRepair;
import dev.firn.maintenance.duplicates.DuplicateSelector;
import dev.firn.maintenance.journal.Journal;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.repair.CacheRepair;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.retain.RetentionMemory;
import dev.firn.maintenance.select.DatasetColumns;
import dev.firn.maintenance.unchanged.UnchangedPartitions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One maintenance pass over a cache.
 *
 * <p>Every partition is assessed first, without a lock and without writing; then those that are due
 * are compacted, neediest first, and swept. A partition that fails, is in doubt or is held by
 * somebody else stops none of the others (I8: each has an outcome with a reason). One that has not
 * changed since an earlier pass found nothing to do is reported as it was then (see {@link
 * UnchangedPartitions}). A pass that finds nothing to do writes nothing outside {@code
 * maintenance/}; a dry run writes nothing at all. On a full disk it begins by giving up the {@link
 * Reserve}.
 */
public final class MaintenancePass {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenancePass.class);

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final Supplier<Optional<Uptime>> uptime;
  private final String command;
  private final PartitionLocks locks;

  /**
   * @param command what this process is, for those who find a partition held
   */
  public MaintenancePass(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      String command) {
    this(disk, cache, config, clock, Uptime::ofThisMachine, command);
  }

  /**
   * @param uptime of the machine, or empty where it is not known
   */
  public MaintenancePass(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      Supplier<Optional<Uptime>> uptime,
      String command) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
    this.uptime = uptime;
    this.command = command;
    this.locks = new PartitionLocks(disk, command);
  }

  /**
   * Runs the pass.
   *
   * @throws CacheException.UnsupportedFileSystem if the cache cannot be written where it is
   * @throws IOException if the cache's directories cannot be listed; what goes wrong in one
   *     partition is in the report
   */
  public PassReport run(PassOptions options, PassListener listener) throws IOException {
    Instant started = clock.instant();
    // A clock that is set back meanwhile must not make what is superseded now look old.
    InstantSource noEarlier =
        () -> {
          Instant now = clock.instant();
          return now.isBefore(started) ? started : now;
        };
    ObservedTime time = ObservedTime.read(disk, cache, started, uptime.get());
    PassMemory memory = PassMemory.load(disk, cache);
    Reserve reserve = new Reserve(disk, cache);
    List<Partition> partitions = partitions(options);
    if (!options.dryRun() && !partitions.isEmpty()) {
      new FileSystemCheck(disk).require(cache.root());
      giveUpReserve(reserve);
      remember(() -> time.save(disk, cache));
    }
    DatasetColumns columns = new DatasetColumns(disk, cache);
    PassRetention retention =
        new PassRetention(disk, config, columns, time.believedWall(), options);
    UnchangedPartitions unchanged =
        options.isOrdinary()
            ? UnchangedPartitions.load(disk, cache, config.toString(), started)
            : UnchangedPartitions.none(disk, cache);
    Map<String, PartitionReport> settled = settled(partitions, retention, unchanged);
    List<Partition> others =
        partitions.stream().filter(partition -> !settled.containsKey(partition.path())).toList();
    DuplicateSelector duplicates =
        new DuplicateSelector(disk, config.duplicates(), columns, config.compactBatchBytes() / 2);
    PartitionAssessor assessor =
        new PartitionAssessor(
            disk, config, memory, options, List.of(duplicates, retention), retention::periods);
    Publisher publisher = new Publisher(disk, clock, config.snapshots());
    PartitionCompaction compaction =
        new PartitionCompaction(
            disk, config, noEarlier, locks, memory, options, assessor, publisher);
    PassRepair repair = new PassRepair(new CacheRepair(disk, cache, config, noEarlier, command));
    PassRecovery recovery = new PassRecovery(disk, cache, clock, config, command);
    if (!options.dryRun()) {
      if (config.autoRepair() == AutoRepair.PROVABLE) {
        repair.run(others);
      }
      recovery.run(others);
    }
    retention.decide(others);
    List<PartitionReport> reports =
        compact(others, assessor, compaction, unchanged, retention, options, started, listener);
    if (!options.dryRun()) {
      retention.limitBytes(due -> compactFurther(due, reports, assessor, compaction, listener));
    }
    reports.replaceAll(repair::named);
    reports.replaceAll(recovery::named);
    reports.replaceAll(duplicates::named);
    if (options.steps().expires() && !options.dryRun()) {
      reports.replaceAll(new PassExpiry(disk, locks, publisher)::expire);
    }
    PassSweep sweep = new PassSweep(disk, cache, config, locks, time, options);
    sweep(sweep, reports, unchanged, noEarlier);
    if (!options.dryRun() && !partitions.isEmpty()) {
      remember(
          () -> new RetentionMemory(disk, cache).save(retention.reports(), config.retention()));
      if (!reports.isEmpty() || !memory.isThere()) {
        settled.values().stream()
            .filter(report -> memory.find(report.partition().path()).isEmpty())
            .forEach(report -> memorize(memory, report, Litter.NONE, started));
      }
      reports.forEach(
          report -> memorize(memory, report, sweep.litter(report.partition()), started));
      remember(() -> save(memory, unchanged, reports, partitions, options, started));
    }
    if (config.housekeeping().journal() && !options.dryRun()) {
      new Journal(disk, cache, noEarlier, config.snapshots(), command)
          .write(started, PassJournal.entries(reports, sweep.removed(), repair.mended()))
          .ifPresent(why -> sweep.note(cache.journal().path(), why));
    }
    List<PartitionReport> all = inOrder(partitions, settled, reports);
    if (!options.dryRun() && options.datasets().isEmpty()) {
      long liveBytes = all.stream().mapToLong(PartitionReport::bytesAfter).sum();
      remember(() -> reserve.makeIfPlenty(liveBytes, config.minFreeBytes()));
    }
    return new PassReport(
        options.dryRun(),
        Duration.between(started, clock.instant()).toMillis(),
        all,
        sweep.removed(),
        sweep.kept(),
        sweep.bytesPending(),
        retention.reports(),
        sweep.litter(),
        memory.unreadable(partitions),
        recovery.diskRefused() || compaction.diskRefused() || sweep.diskRefused());
  }

  /** What an earlier pass found in partitions that have not changed since. */
  private static Map<String, PartitionReport> settled(
      List<Partition> partitions, PassRetention retention, UnchangedPartitions unchanged) {
    Map<String, PartitionReport> settled = new HashMap<>();
    for (Partition partition : partitions) {
      if (retention.goesByAgeAlone(partition)) {
        unchanged.find(partition).ifPresent(report -> settled.put(partition.path(), report));
      }
    }
    return settled;
  }

  /** Sweeps every partition that is not in doubt, and what is below no partition. */
  private static void sweep(
      PassSweep sweep,
      List<PartitionReport> reports,
      UnchangedPartitions unchanged,
      InstantSource clock) {
    for (int i = 0; i < reports.size(); i++) {
      PartitionReport report = reports.get(i);
      if (report.outcome() != Outcome.UNREADABLE) {
        reports.set(i, sweep.sweep(report, clock.instant()));
        if (sweep.isClean(report.partition())) {
          unchanged.nothingToDo(reports.get(i));
        }
      }
    }
    sweep.sweepNotes();
    sweep.sweepDropped();
  }

  private static void giveUpReserve(Reserve reserve) {
    remember(
        () -> {
          long bytes = reserve.giveUpIfFull();
          if (bytes > 0) {
            LOG.warn("the disk is full: the reserve of {} bytes is given up", bytes);
          }
        });
  }

  /** What is known of all partitions: of most that nothing changed, perhaps. */
  private static List<PartitionReport> inOrder(
      List<Partition> partitions,
      Map<String, PartitionReport> settled,
      List<PartitionReport> others) {
    if (settled.isEmpty()) {
      return others;
    }
    Map<String, PartitionReport> all = new HashMap<>(settled);
    others.forEach(report -> all.put(report.partition().path(), report));
    return partitions.stream()
        .map(partition -> Objects.requireNonNull(all.get(partition.path())))
        .toList();
  }

  private List<Partition> partitions(PassOptions options) throws IOException {
    if (options.datasets().isEmpty()) {
      return cache.partitions();
    }
    List<Partition> partitions = new ArrayList<>();
    for (String dataset : options.datasets()) {
      partitions.addAll(cache.partitions(dataset));
    }
    partitions.sort(Comparator.comparing(Partition::path));
    return partitions;
  }

  /** Compacts what is due, neediest first; the reports are in the order of the partitions. */
  private List<PartitionReport> compact(
      List<Partition> partitions,
      PartitionAssessor assessor,
      PartitionCompaction compaction,
      UnchangedPartitions unchanged,
      PassRetention retention,
      PassOptions options,
      Instant started,
      PassListener listener) {
    List<PartitionReport> assessed = new ArrayList<>();
    List<Assessment> due = new ArrayList<>();
    for (Partition partition : partitions) {
      unchanged.beforeLook(partition);
      Assessment assessment = assessor.assess(partition);
      assessed.add(assessment.report());
      if (assessment.live() != null) {
        unchanged.looked(
            assessment.live(), assessment.report(), retention.nextDue(assessment.live()));
      }
      if (assessment.isDue()) {
        due.add(assessment.withoutTasks());
      }
    }
    due.sort(Comparator.comparingLong(Assessment::need).reversed());
    BooleanSupplier timeIsUp =
        () ->
            options
                .budget()
                .map(budget -> Duration.between(started, clock.instant()).compareTo(budget) > 0)
                .orElse(false);
    Map<String, PartitionReport> done = new HashMap<>();
    for (int i = 0; i < due.size(); i++) {
      Partition partition = due.get(i).partition();
      listener.started(partition, i, due.size());
      PartitionReport report =
          i > 0 && timeIsUp.getAsBoolean()
              ? due.get(i).leftForLater()
              : compaction.compact(due.get(i), listener, timeIsUp);
      if (!options.dryRun()) {
        LOG.info("{}: {}: {}", partition.path(), report.outcome().text(), report.reason());
      }
      done.put(partition.path(), report);
      listener.finished(report);
    }
    List<PartitionReport> reports = new ArrayList<>();
    for (PartitionReport before : assessed) {
      reports.add(done.getOrDefault(before.partition().path(), before));
    }
    return reports;
  }

  /** Partitions that were looked at in this pass already; their reports are continued. */
  private static void compactFurther(
      List<Partition> due,
      List<PartitionReport> reports,
      PartitionAssessor assessor,
      PartitionCompaction compaction,
      PassListener listener) {
    for (Partition partition : due) {
      Assessment assessment = assessor.assess(partition);
      if (!assessment.isDue()) {
        continue;
      }
      PartitionReport next = compaction.compact(assessment, listener, () -> true);
      LOG.info("{}: {}: {}", partition.path(), next.outcome().text(), next.reason());
      reports.replaceAll(
          report -> {
            if (!report.partition().path().equals(partition.path())) {
              return report;
            }
            return report.outcome() == Outcome.COMPACTED ? report.followedBy(next) : next;
          });
    }
  }

  private static void save(
      PassMemory memory,
      UnchangedPartitions unchanged,
      List<PartitionReport> looked,
      List<Partition> partitions,
      PassOptions options,
      Instant started)
      throws IOException {
    boolean all = options.datasets().isEmpty();
    if (all && unchanged.keepOnly(partitions) + looked.size() > 0) {
      Set<String> paths = new HashSet<>();
      partitions.forEach(partition -> paths.add(partition.path()));
      memory.keepOnly(paths);
    }
    if (all) {
      memory.saveIfChanged(started);
    } else {
      memory.save(started.toString());
    }
    unchanged.save();
  }

  private static void memorize(
      PassMemory memory, PartitionReport report, Litter litter, Instant started) {
    String path = report.partition().path();
    Optional<PassMemory.Entry> before = memory.find(path);
    memory.put(
        path,
        new PassMemory.Entry(
            started.toString(),
            report.outcome().text(),
            report.reason(),
            before.map(PassMemory.Entry::givenUp).orElse(""),
            before.map(PassMemory.Entry::freeBytes).orElse(0L),
            before.map(PassMemory.Entry::unreadable).orElse(Map.of()),
            report.filesLeft(),
            litter));
  }

  private interface Remembering {
    void run() throws IOException;
  }

  /** Notes help the next pass; failing to write them must not fail this one. */
  private static void remember(Remembering write) {
    try {
      write.run();
    } catch (IOException e) {
      LOG.warn("maintenance/ cannot be written: {}", DiskReason.of(e));
    }
  }
}
