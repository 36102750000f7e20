package dev.firn.maintenance.retain;

import dev.firn.core.CacheException;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.retain.DatasetRetention.Decision;
import dev.firn.maintenance.select.DatasetColumns;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what goes of a dataset, over all of its partitions, at one instant. Reads only, and takes
 * no lock: what is appended while it reads is as if it had been appended after the decision.
 *
 * <p>Rows stay that have no time, that are protected, or whose time is not before the cutoff: that
 * is now less the days, to the microsecond. A row in the future is younger than any other.
 *
 * <p>A partition whose table lacks the declared time or key is {@link LeftOut}, with a warning: its
 * rows stay, and count for caps. If anything that must be asked of every partition cannot be (no
 * table of the dataset has the column, a partition that may hold the newest row of a key cannot be
 * read or has no time), nothing goes.
 */
public final class RetentionDecider {
  private final Disk disk;
  private final RetentionConfig config;
  private final DatasetColumns columns;
  private final Instant now;
  private final long maxKeyBytes;

  /**
   * @param now by which age is measured
   * @param maxKeyBytes about what the keys may take that are in memory at a time; {@link
   *     ProtectedRows#MAX_BYTES} are enough
   */
  public RetentionDecider(
      Disk disk, RetentionConfig config, DatasetColumns columns, Instant now, long maxKeyBytes) {
    this.disk = disk;
    this.config = config;
    this.columns = columns;
    this.now = now;
    this.maxKeyBytes = Math.min(maxKeyBytes, ProtectedRows.MAX_BYTES);
  }

  /** What asks for more rows to go than age and number do. */
  private interface Excess {
    /**
     * @param others bytes of files of which nothing goes
     * @return how many rows go at least, if they may: the oldest. Negative if nothing is to be
     *     decided
     */
    long rows(List<RetainedFile> files, long others);
  }

  /** Decides by age and by the number of rows. */
  Decision decide(String dataset, List<Partition> partitions) {
    return decide(dataset, partitions, (files, others) -> 0);
  }

  /**
   * Decides by age, number and bytes.
   *
   * @param times how many times as many bytes as are missing are asked for
   * @return empty if the live files take no more than {@code maxBytes}
   */
  Optional<Decision> decideBytes(
      String dataset, List<Partition> partitions, long maxBytes, long times) {
    long[] rows = {0};
    Decision decision =
        decide(
            dataset,
            partitions,
            (files, others) -> {
              rows[0] = rowsOf(files, maxBytes - others, times);
              return rows[0];
            });
    if (rows[0] <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        decision.report().rowsExpired() > 0
            ? decision
            : new Decision(
                decision
                    .report()
                    .withWarning(
                        "max_bytes " + maxBytes + RetentionRun.cannotBeMet(isAnyLeftOut(decision))),
                Map.of()));
  }

  /** How many of the oldest rows take as many bytes as are too many, as files go on average. */
  private static long rowsOf(List<RetainedFile> files, long maxBytes, long times) {
    long bytes = files.stream().mapToLong(f -> f.task().file().fileSizeInBytes()).sum();
    double tooMany = (double) (bytes - maxBytes) * times;
    if (bytes <= maxBytes) {
      return -1;
    }
    long rows = 0;
    for (RetainedFile file :
        files.stream().sorted(Comparator.comparingLong(f -> f.times().max())).toList()) {
      long size = Math.max(1, file.task().file().fileSizeInBytes());
      if (size >= tooMany) {
        return rows + Math.max(1, (long) Math.ceil(file.rows() * (tooMany / size)));
      }
      rows += file.rows();
      tooMany -= size;
    }
    return Math.max(1, rows);
  }

  private static boolean isAnyLeftOut(Decision decision) {
    return decision.report().warnings().stream().anyMatch(LeftOut::isWarning);
  }

  private Decision decide(String dataset, List<Partition> partitions, Excess excess) {
    RetentionPolicy policy = config.policy(dataset);
    Optional<Instant> cutoff = cutoff(policy);
    try {
      TableReader reader =
          new TableReader(
              disk, config.timestampColumn(dataset), policy.protect(), config.key(dataset));
      List<String> warnings = new ArrayList<>();
      List<RetainedFile> files = new ArrayList<>();
      List<RetainedTable> tables = new ArrayList<>();
      List<LeftOut> leftOut = new ArrayList<>();
      for (Partition partition : partitions) {
        PartitionState state = new PartitionInspector(disk).inspect(partition);
        if (state instanceof Live live) {
          try {
            RetainedTable table = reader.table(live);
            tables.add(table);
            files.addAll(reader.files(table));
          } catch (MissingColumnException e) {
            leftOut.add(leaveOut(live, e));
          }
        } else if (!(state instanceof Absent)) {
          if (policy.protect().isPresent() && config.key(dataset).isPresent()) {
            throw new RetentionException(
                partition.path() + " cannot be read, and may hold the newest row of a key");
          }
          warnings.add(partition.path() + " cannot be read; its rows are not counted");
        }
      }
      leftOut.forEach(partition -> warnings.add(partition.warning()));
      long others = leftOut.stream().mapToLong(LeftOut::bytes).sum();
      return new RetentionRun(disk, policy, cutoff, maxKeyBytes, excess.rows(files, others))
          .decide(dataset, tables, files, leftOut, warnings);
    } catch (RetentionException e) {
      return failed(dataset, cutoff, String.valueOf(e.getMessage()));
    } catch (CacheException e) {
      return failed(dataset, cutoff, String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      return failed(dataset, cutoff, DiskReason.of(e));
    }
  }

  /**
   * @throws RetentionException if no table of the dataset has the column: then it is misspelled
   */
  private LeftOut leaveOut(Live live, MissingColumnException missing)
      throws RetentionException, IOException {
    String dataset = live.partition().dataset();
    if (!columns.anyTableHas(dataset, missing.column())) {
      throw new RetentionException(missing.what() + " is in no table of dataset " + dataset);
    }
    Optional<String> key = config.policy(dataset).protect().flatMap(p -> config.key(dataset));
    if (key.isPresent()
        && live.generation().metadata().schema().asStruct().field(key.get()) != null) {
      throw new RetentionException(
          live.partition().path()
              + " may hold the newest row of a key, and "
              + missing.getMessage());
    }
    return LeftOut.of(live, String.valueOf(missing.getMessage()));
  }

  private static Decision failed(String dataset, Optional<Instant> cutoff, String error) {
    return new Decision(DatasetRetention.failed(dataset, cutoff, error), Map.of());
  }

  private Optional<Instant> cutoff(RetentionPolicy policy) {
    if (policy.days().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(now.minus(Duration.ofDays(policy.days().getAsLong())));
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty();
    }
  }
}
