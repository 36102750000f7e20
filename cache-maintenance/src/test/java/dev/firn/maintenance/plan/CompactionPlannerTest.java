package dev.firn.maintenance.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.maintenance.MaintenanceConfig;
import dev.firn.maintenance.plan.CompactionPlan.Blocked;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlan.Skip;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompactionPlannerTest {
  private static final long MIB = 1 << 20;
  private final CompactionPlanner planner = new CompactionPlanner(MaintenanceConfig.defaults());

  @Test
  void emptyPartitionIsSkippedEvenWhenForced() {
    assertSkipped(plan(List.of(), 0, true), "no data files");
  }

  @Test
  void oneFileWithoutDeletesIsSkippedEvenWhenForced() {
    assertSkipped(plan(small(1, 0), 0, true), "1 data file without deletes, nothing to merge");
  }

  @Test
  void smallFilesBelowTheThresholdAreSkippedWithTheNumbers() {
    assertSkipped(plan(small(31, 0), 0, false), "31 small files, threshold 32");
  }

  @Test
  void smallFilesAtTheThresholdAreDue() {
    Rewrite rewrite = rewrite(plan(small(32, 0), 0, false));
    assertThat(rewrite.reason()).isEqualTo("32 small files, threshold 32");
    assertThat(rewrite.groups()).hasSize(1);
    assertThat(rewrite.carried()).isEmpty();
  }

  @Test
  void baselineOfTheLastSwapIsNotCountedAgain() {
    assertSkipped(
        plan(small(34, 0), 3, false),
        "34 small files, 31 beyond the 3 of the last swap, threshold 32");
    assertThat(rewrite(plan(small(35, 0), 3, false)).reason())
        .isEqualTo("35 small files, 32 beyond the 3 of the last swap, threshold 32");
  }

  @Test
  void smallFilesThatAreLargeOnAverageAreSkipped() {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      files.add(file("f" + i, 0, 40 * MIB, false, false));
    }
    assertSkipped(
        plan(files, 0, false), "small files of 41943040 bytes on average, threshold 33554432");
  }

  @Test
  void fileOfThreeQuartersOfTheTargetIsLargeAndIsCarriedOver() {
    List<PlannedFile> files = new ArrayList<>(small(32, 0));
    files.add(file("large", 0, 96 * MIB, false, false));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.carried()).extracting(PlannedFile::location).containsExactly("large");
    assertThat(rewrite.filesToRewrite()).isEqualTo(32);
  }

  @Test
  void largeFileWithDeletesIsRewrittenNotCarried() {
    List<PlannedFile> files = List.of(file("large", 0, 500 * MIB, true, false));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.groups()).hasSize(1);
    assertThat(rewrite.reason()).isEqualTo("1 file with deleted rows of 1 file");
  }

  @Test
  void tuplesOfOneFileEachAreNothingToMerge() {
    List<PlannedFile> files = new ArrayList<>();
    for (int tuple = 0; tuple < 1521; tuple++) {
      files.addAll(small(1, tuple));
    }
    assertSkipped(
        plan(files, 0, true), "1521 data files, no two small ones in one partition tuple");
  }

  @Test
  void onlyTuplesWithSomethingToMergeAreRewritten() {
    List<PlannedFile> files = new ArrayList<>(small(40, 0));
    files.addAll(small(1, 1));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.groups()).hasSize(1);
    assertThat(rewrite.carried()).hasSize(1);
  }

  @Test
  void unreadableFileIsCarriedOver() {
    List<PlannedFile> files = new ArrayList<>(small(32, 0));
    files.add(file("torn", 0, 10, false, true));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.carried()).extracting(PlannedFile::location).containsExactly("torn");
  }

  @Test
  void unreadableFileBesideOneOtherIsNothingToMerge() {
    List<PlannedFile> files = new ArrayList<>(small(1, 0));
    files.add(file("torn", 0, 10, false, true));
    assertThat(plan(files, 0, true)).isInstanceOf(Skip.class);
  }

  @Test
  void unreadableFileWithDeletesBlocksThePartition() {
    CompactionPlan plan = plan(List.of(file("torn", 0, 10, true, true)), 0, true);
    assertThat(plan).isInstanceOf(Blocked.class);
    assertThat(plan.reason()).contains("torn cannot be read, and deletes apply to it");
  }

  private CompactionPlan plan(List<PlannedFile> files, long baseline, boolean force) {
    return planner.plan(new PartitionSnapshot(files, baseline), force);
  }

  private static List<PlannedFile> small(int count, int tuple) {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(file("t" + tuple + "-" + i, tuple, 10_000, false, false));
    }
    return files;
  }

  private static PlannedFile file(
      String location, int tuple, long bytes, boolean deleted, boolean unreadable) {
    return new PlannedFile(location, tuple, bytes, 3, deleted, unreadable);
  }

  private static void assertSkipped(CompactionPlan plan, String reason) {
    assertThat(plan).isEqualTo(new Skip(reason));
  }

  private static Rewrite rewrite(CompactionPlan plan) {
    assertThat(plan).isInstanceOf(Rewrite.class);
    return (Rewrite) plan;
  }
}
