package dev.firn.maintenance.plan;

import dev.firn.core.generation.DropReason;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.plan.CompactionPlan.Blocked;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlan.Skip;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a partition is rewritten. Pure: sizes and counts in, a plan out.
 *
 * <p>A file is <em>small</em> under three quarters of {@code target_file_bytes} (under 96 MiB of
 * 128 MiB). A partition is <em>due</em> when
 *
 * <ul>
 *   <li>a file goes whole, or rows of it may have to go, as its {@code Verdict} says, or
 *   <li>delete files apply to a live file, or
 *   <li>its small files beyond the baseline reach {@code compact_file_count} and are under {@code
 *       compact_avg_file_bytes} on average. The baseline is what the last swap left: with a
 *       threshold of 32, a partition that was compacted to 3 files is due at 35. So a partition
 *       that does not grow is not rewritten again, however small its files are. Or
 *   <li>the period of files has ended, where retention keeps them apart by time, and they are worth
 *       one file. Or
 *   <li>a tier is full: eight small files that are left of earlier swaps hold about as many rows
 *       each (see {@link Tiers}).
 * </ul>
 *
 * Due by deletes, the files with deletes are rewritten; due by number, of each partition tuple the
 * new small files and the tiers that they fill. A file that is only to be filtered is rewritten by
 * itself, so that old rows and new ones stay in different files. Forced, all small files of a tuple
 * are. In any case something must come of it: two files to merge, or deleted rows to leave out. All
 * other files are carried over. A file that cannot be read is carried over too, unless deletes
 * apply to it: then no rewrite is right, and the partition is blocked. So it is where rows that may
 * be in it are to be purged; rows past retention stay in a file that cannot be read.
 *
 * <p>A rewrite takes at most {@link #MAX_FILES} files and {@link #TARGETS} times the target in
 * bytes, the oldest first, so that a backlog drains in steps each of which is kept.
 */
public final class CompactionPlanner {
  static final int MAX_FILES = 10_000;
  static final int TARGETS = 8;

  private final MaintenanceConfig config;

  public CompactionPlanner(MaintenanceConfig config) {
    this.config = config;
  }

  public CompactionPlan plan(PartitionSnapshot snapshot, boolean force) {
    return plan(snapshot, force, true);
  }

  /**
   * @param compact false if rows are left out that are to go, and nothing else is done
   */
  public CompactionPlan plan(PartitionSnapshot snapshot, boolean force, boolean compact) {
    List<PlannedFile> files = snapshot.files();
    if (files.isEmpty()) {
      return new Skip("no data files");
    }
    for (PlannedFile file : files) {
      if (file.unreadable() && file.deleted() && !file.verdict().dropped()) {
        return new Blocked(
            file.location() + " cannot be read, and deletes apply to it: repair it first");
      }
      if (file.unreadable() && file.verdict().some().contains(DropReason.PURGED)) {
        return new Blocked(
            file.location() + " cannot be read, and may hold rows to be purged: repair it first");
      }
    }
    List<PlannedFile> dropped = files.stream().filter(file -> file.verdict().dropped()).toList();
    List<PlannedFile> kept = files.stream().filter(file -> !file.verdict().dropped()).toList();
    if (!compact) {
      return onlyDrops(files, kept, dropped);
    }
    Due due = due(snapshot, kept);
    List<List<PlannedFile>> groups = new ArrayList<>();
    for (List<PlannedFile> tuple : tuples(kept)) {
      groups.addAll(groups(tuple, due, force));
    }
    if (groups.isEmpty() && dropped.isEmpty()) {
      return new Skip(due.isDue() || force ? nothingToMerge(files) : due.numbers());
    }
    return capped(reason(due, groups, dropped, files, force), kept, groups, dropped);
  }

  private static String reason(
      Due due,
      List<List<PlannedFile>> groups,
      List<PlannedFile> dropped,
      List<PlannedFile> files,
      boolean force) {
    List<String> drops = new ArrayList<>();
    for (DropReason reason : DropReason.values()) {
      long whole =
          dropped.stream().filter(f -> f.verdict().all().equals(Optional.of(reason))).count();
      long some =
          files.stream().filter(f -> isFiltered(f) && f.verdict().some().contains(reason)).count();
      if (whole > 0) {
        drops.add(count(whole, "file") + " of " + reason.text() + " rows alone");
      }
      if (some > 0) {
        drops.add(count(some, "file") + " that may hold " + reason.text() + " rows");
      }
    }
    if (due.deleted() > 0) {
      drops.add(
          count(due.deleted(), "file") + " with deleted rows of " + count(files.size(), "file"));
    }
    long over =
        groups.stream()
            .filter(group -> group.size() > 1)
            .flatMap(List::stream)
            .filter(PlannedFile::over)
            .count();
    if (over > 0 && !force) {
      drops.add(count(over, "file") + " of periods that are over");
    }
    if (due.byNumber() || drops.isEmpty()) {
      drops.add(
          due.byNumber()
              ? due.numbers()
              : force ? "forced: " + due.numbers() : fullTier(groups) + "; " + due.numbers());
    }
    return String.join("; ", drops);
  }

  private CompactionPlan onlyDrops(
      List<PlannedFile> files, List<PlannedFile> kept, List<PlannedFile> dropped) {
    List<List<PlannedFile>> groups =
        kept.stream().filter(CompactionPlanner::isFiltered).map(List::of).toList();
    if (groups.isEmpty() && dropped.isEmpty()) {
      return new Skip("no rows are to go");
    }
    // No generation takes delete files along.
    List<List<PlannedFile>> all = new ArrayList<>(groups);
    kept.stream()
        .filter(file -> file.deleted() && !isFiltered(file))
        .forEach(file -> all.add(List.of(file)));
    return capped(reason(new Due(0, false, ""), all, dropped, files, false), kept, all, dropped);
  }

  /** What cannot be read stays as it is. */
  private static boolean isFiltered(PlannedFile file) {
    return file.verdict().filtered() && !file.unreadable();
  }

  /**
   * Why a partition is due or not.
   *
   * @param deleted files to which deletes apply
   * @param byNumber true if there are enough new small files
   * @param numbers what was compared with the threshold
   */
  private record Due(long deleted, boolean byNumber, String numbers) {
    boolean isDue() {
      return deleted > 0 || byNumber;
    }
  }

  private Due due(PartitionSnapshot snapshot, List<PlannedFile> kept) {
    List<PlannedFile> files = snapshot.files();
    List<PlannedFile> small = kept.stream().filter(this::isMergeable).toList();
    long baseline = snapshot.baselineFiles();
    long beyond = Math.max(0, Math.min(small.size(), files.size() - baseline));
    List<PlannedFile> added = small.stream().filter(file -> !file.settled()).toList();
    long average =
        (long)
            (added.isEmpty() ? small : added)
                .stream().mapToLong(PlannedFile::bytes).average().orElse(0);
    String numbers =
        count(small.size(), "small file")
            + (baseline > 0 ? ", " + beyond + " beyond the " + baseline + " of the last swap" : "")
            + ", threshold "
            + config.compactFileCount();
    boolean many = beyond >= config.compactFileCount();
    boolean fine = average < config.compactAvgFileBytes();
    if (many && !fine) {
      numbers =
          "small files of "
              + average
              + " bytes on average, threshold "
              + config.compactAvgFileBytes();
    }
    return new Due(kept.stream().filter(PlannedFile::deleted).count(), many && fine, numbers);
  }

  private static List<List<PlannedFile>> tuples(List<PlannedFile> files) {
    Map<Integer, List<PlannedFile>> tuples = new LinkedHashMap<>();
    files.forEach(f -> tuples.computeIfAbsent(f.tuple(), t -> new ArrayList<>()).add(f));
    return List.copyOf(tuples.values());
  }

  /** What is to be rewritten of a tuple, in order. */
  private List<List<PlannedFile>> groups(List<PlannedFile> tuple, Due due, boolean force) {
    List<PlannedFile> small =
        tuple.stream().filter(file -> isMergeable(file) && !file.deleted()).toList();
    boolean over = tuple.stream().anyMatch(PlannedFile::over);
    Set<PlannedFile> chosen =
        new HashSet<>(
            force || (over && isWorthClosing(small)) ? small : Tiers.choose(small, due.byNumber()));
    List<PlannedFile> merged =
        tuple.stream().filter(file -> file.deleted() || chosen.contains(file)).toList();
    Set<PlannedFile> rewritten = new HashSet<>();
    List<List<PlannedFile>> groups = new ArrayList<>();
    if (merged.size() > 1 || merged.stream().anyMatch(PlannedFile::deleted)) {
      rewritten.addAll(merged);
      groups.add(merged);
    }
    tuple.stream()
        .filter(file -> isFiltered(file) && !rewritten.contains(file))
        .forEach(file -> groups.add(List.of(file)));
    return groups;
  }

  /**
   * Whether what is left of a period that is over becomes one file now. Nothing more comes to it as
   * a rule, so its tiers will never be full; but what does come, late, must not have it rewritten
   * file by file: only eight files, or an eighth of the rows of the largest, are worth it.
   */
  private static boolean isWorthClosing(List<PlannedFile> small) {
    long rows = small.stream().mapToLong(PlannedFile::rows).sum();
    long most = small.stream().mapToLong(PlannedFile::rows).max().orElse(0);
    return small.size() >= Tiers.FILES_A_TIER
        || (small.size() > 1 && (rows - most) * Tiers.FILES_A_TIER >= most);
  }

  private boolean isMergeable(PlannedFile file) {
    return config.isSmall(file.bytes()) && !file.unreadable();
  }

  /**
   * Cuts the groups to what one rewrite may take. Files with deletes cannot be left for later, and
   * those with rows that go are not: what goes was decided on this generation.
   */
  private Rewrite capped(
      String reason,
      List<PlannedFile> files,
      List<List<PlannedFile>> groups,
      List<PlannedFile> dropped) {
    long roomFiles = MAX_FILES;
    long roomBytes = TARGETS * config.targetFileBytes();
    long left = 0;
    List<List<PlannedFile>> taken = new ArrayList<>();
    for (List<PlannedFile> group : groups) {
      List<PlannedFile> part = new ArrayList<>();
      for (PlannedFile file : group) {
        boolean second = taken.isEmpty() && part.size() < 2;
        if (file.masked() || second || (roomFiles > 0 && roomBytes >= file.bytes())) {
          part.add(file);
          roomFiles--;
          roomBytes -= file.bytes();
        } else {
          roomFiles = 0;
          left++;
        }
      }
      if (part.size() > 1 || part.stream().anyMatch(PlannedFile::masked)) {
        taken.add(part);
      } else {
        left += part.size();
      }
    }
    Set<PlannedFile> rewritten = new HashSet<>();
    taken.forEach(rewritten::addAll);
    List<PlannedFile> carried = files.stream().filter(file -> !rewritten.contains(file)).toList();
    return new Rewrite(reason, taken, carried, dropped, left);
  }

  private static String fullTier(List<List<PlannedFile>> groups) {
    return count(groups.stream().mapToLong(List::size).sum(), "file")
        + " of earlier swaps fill a tier of "
        + Tiers.FILES_A_TIER;
  }

  private String nothingToMerge(List<PlannedFile> files) {
    if (files.size() == 1) {
      return "1 data file without deletes, nothing to merge";
    }
    if (files.stream().noneMatch(this::isMergeable)) {
      return "all " + files.size() + " data files are large already";
    }
    return count(files.size(), "data file") + ", no two small ones in one partition tuple";
  }

  private static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
