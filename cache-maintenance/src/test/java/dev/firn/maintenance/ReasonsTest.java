package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.config.MaintenanceConfig.AutoRepair;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.report.PassReport.Kept;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report says of a failure is for people: what is wrong, and not Java's name for it. */
@VerifiedAtTheEnd
class ReasonsTest {
  private static final Set<Kind> READING = EnumSet.of(Kind.STAT, Kind.LIST, Kind.OPEN, Kind.READ);

  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  @TempDir Path root;
  private final RecordingDisk disk = new RecordingDisk();
  private int call;

  @Test
  void reasonsAreInWordsWhicheverReadOfAPassFails() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("one", 2));
      Appends.writer(cache).append(Appends.exchange("two", 2));
    }
    Passes passes = new Passes(disk, root);
    passes.configure(
        Passes.CONFIG
            .with(AutoRepair.PROVABLE)
            .with(RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30))));
    int failed = 0;
    for (int at = 0; ; at += SOAK ? 1 : 3) {
      call = 0;
      failAt(at);
      List<String> said = new ArrayList<>();
      try {
        said.addAll(said(passes.dry()));
      } catch (IOException e) {
        failed++; // the pass could not even list its partitions
      }
      if (call <= at) {
        assertThat(at).as("reads of a pass").isGreaterThan(40);
        assertThat(failed).as("passes that could not begin").isLessThan(10);
        return;
      }
      assertThat(said)
          .as("read %d", at)
          .noneMatch(text -> text.contains("Exception") || text.contains("java."));
    }
  }

  /** Every second one with an exception that has nothing to say, as the end of a torn file has. */
  private void failAt(int at) {
    disk.failWith(
        now -> {
          if (READING.contains(now.kind()) && call++ == at) {
            throw at % 2 == 0
                ? new AccessDeniedException(now.path().toString())
                : new EOFException();
          }
        });
  }

  private static List<String> said(PassReport report) {
    List<String> said = new ArrayList<>();
    report.partitions().stream().map(PartitionReport::reason).forEach(said::add);
    report.kept().stream().map(Kept::why).forEach(said::add);
    report.retention().stream().map(DatasetRetention::toString).forEach(said::add);
    return said;
  }
}
