package dev.firn.maintenance.plan;

import dev.firn.maintenance.MaintenanceConfig;
import dev.firn.maintenance.plan.CompactionPlan.Blocked;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlan.Skip;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides whether a partition is rewritten. Pure: sizes and counts in, a plan out.
 *
 * <p>A file is <em>small</em> under three quarters of {@code target_file_bytes} (under 96 MiB of
 * 128 MiB). A partition is <em>due</em> when
 *
 * <ul>
 *   <li>delete files apply to a live file, or
 *   <li>its small files beyond the baseline reach {@code compact_file_count} and their average is
 *       under {@code compact_avg_file_bytes}. The baseline is what the last swap left: with a
 *       threshold of 32, a partition that was compacted to 3 files is due at 35 small ones. So a
 *       partition that does not grow is not rewritten again, however small its files are.
 * </ul>
 *
 * Forced, both thresholds are left out. In either case something must come of it: within one
 * partition tuple two small files to merge, or deleted rows to leave out. Only such tuples are
 * rewritten; all other files are carried over. A file that cannot be read is carried over too,
 * unless deletes apply to it: then no rewrite is right, and the partition is blocked.
 */
public final class CompactionPlanner {
  private final MaintenanceConfig config;

  public CompactionPlanner(MaintenanceConfig config) {
    this.config = config;
  }

  public CompactionPlan plan(PartitionSnapshot snapshot, boolean force) {
    List<PlannedFile> files = snapshot.files();
    if (files.isEmpty()) {
      return new Skip("no data files");
    }
    for (PlannedFile file : files) {
      if (file.unreadable() && file.deleted()) {
        return new Blocked(
            file.location() + " cannot be read, and deletes apply to it: repair it first");
      }
    }
    List<PlannedFile> small = files.stream().filter(this::isMergeable).toList();
    long deleted = files.stream().filter(PlannedFile::deleted).count();
    Rewrite rewrite = rewrite(files);
    if (rewrite.groups().isEmpty()) {
      return new Skip(nothingToMerge(files, small));
    }
    if (deleted > 0) {
      return because(
          rewrite, count(deleted, "file") + " with deleted rows of " + count(files.size(), "file"));
    }
    long beyond = Math.max(0, small.size() - snapshot.baselineFiles());
    long average = small.stream().mapToLong(PlannedFile::bytes).sum() / small.size();
    String numbers =
        count(small.size(), "small file")
            + (snapshot.baselineFiles() > 0
                ? ", " + beyond + " beyond the " + snapshot.baselineFiles() + " of the last swap"
                : "")
            + ", threshold "
            + config.compactFileCount();
    if (beyond >= config.compactFileCount() && average < config.compactAvgFileBytes()) {
      return because(rewrite, numbers);
    }
    if (force) {
      return because(rewrite, "forced: " + numbers);
    }
    if (beyond < config.compactFileCount()) {
      return new Skip(numbers);
    }
    return new Skip(
        "small files of "
            + average
            + " bytes on average, threshold "
            + config.compactAvgFileBytes());
  }

  private Rewrite rewrite(List<PlannedFile> files) {
    Map<Integer, List<PlannedFile>> tuples = new LinkedHashMap<>();
    files.forEach(f -> tuples.computeIfAbsent(f.tuple(), t -> new ArrayList<>()).add(f));
    List<List<PlannedFile>> groups = new ArrayList<>();
    List<PlannedFile> carried = new ArrayList<>();
    for (List<PlannedFile> tuple : tuples.values()) {
      List<PlannedFile> group = new ArrayList<>();
      List<PlannedFile> rest = new ArrayList<>();
      tuple.forEach(f -> (f.deleted() || isMergeable(f) ? group : rest).add(f));
      if (group.size() > 1 || group.stream().anyMatch(PlannedFile::deleted)) {
        groups.add(group);
        carried.addAll(rest);
      } else {
        carried.addAll(tuple);
      }
    }
    return new Rewrite("planned", groups, carried);
  }

  private boolean isMergeable(PlannedFile file) {
    return file.bytes() < config.targetFileBytes() / 4 * 3 && !file.unreadable();
  }

  private static Rewrite because(Rewrite rewrite, String reason) {
    return new Rewrite(reason, rewrite.groups(), rewrite.carried());
  }

  private static String nothingToMerge(List<PlannedFile> files, List<PlannedFile> small) {
    if (files.size() == 1) {
      return "1 data file without deletes, nothing to merge";
    }
    if (small.isEmpty()) {
      return "all " + files.size() + " data files are large already";
    }
    return count(files.size(), "data file") + ", no two small ones in one partition tuple";
  }

  private static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
