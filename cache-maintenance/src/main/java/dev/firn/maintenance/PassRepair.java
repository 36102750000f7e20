package dev.firn.maintenance;

import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.repair.CacheRepair;
import dev.firn.maintenance.repair.MendReport;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairedPartition;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import dev.firn.maintenance.report.PartitionReport;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a pass mends before it looks at anything else, where the configuration lets it. */
final class PassRepair {
  private static final Logger LOG = LoggerFactory.getLogger(PassRepair.class);

  private static final String MENDED = "mended: ";

  private final CacheRepair repair;
  private final Map<String, String> said = new HashMap<>();

  PassRepair(CacheRepair repair) {
    this.repair = repair;
  }

  /** Mends what is provable in these partitions; what goes wrong is said in their reports. */
  void run(List<Partition> partitions) {
    for (Partition partition : partitions) {
      Optional<String> done;
      try {
        done = repair.mendProvable(partition).map(PassRepair::say);
      } catch (IOException | RuntimeException e) {
        done = Optional.of("not mended: " + DiskReason.of(e));
      }
      done.ifPresent(
          words -> {
            LOG.info("{}: {}", partition.path(), words);
            said.put(partition.path(), words);
          });
    }
  }

  private static String say(RepairedPartition repaired) {
    String mends =
        repaired.mends().stream()
            .filter(mend -> mend.status() == Status.DONE)
            .map(PassRepair::say)
            .collect(Collectors.joining("; "));
    boolean failed =
        repaired.outcome() == Outcome.UNDONE
            || repaired.outcome() == Outcome.HELD
            || repaired.outcome() == Outcome.FAILED;
    return failed
        ? "not mended: " + repaired.reason()
        : MENDED
            + mends
            + repaired.copies().map(path -> "; what was replaced is in " + path).orElse("");
  }

  private static String say(MendReport mend) {
    return mend.wrong() + ": " + mend.action();
  }

  /** What was mended, by path of the partition. */
  Map<String, String> mended() {
    Map<String, String> mended = new HashMap<>(said);
    mended.values().removeIf(words -> !words.startsWith(MENDED));
    return mended;
  }

  /** The report of a partition, with what was mended in it. */
  PartitionReport named(PartitionReport report) {
    String words = said.get(report.partition().path());
    return words == null
        ? report
        : report.with(report.outcome(), words + "; " + report.reason(), report.filesLeft());
  }
}
