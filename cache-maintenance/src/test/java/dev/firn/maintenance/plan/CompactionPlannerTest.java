package dev.firn.maintenance.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.generation.DropReason;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.plan.CompactionPlan.Blocked;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlan.Skip;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.select.Verdict;
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

  @Test
  void eightFilesOfOneTierThatEarlierSwapsLeftAreDue() {
    List<PlannedFile> files = settled(7, 100);
    assertSkipped(
        plan(files, 7, false), "7 small files, 0 beyond the 7 of the last swap, threshold 32");

    files = settled(8, 100);
    Rewrite rewrite = rewrite(plan(files, 8, false));
    assertThat(rewrite.reason())
        .isEqualTo(
            "8 files of earlier swaps fill a tier of 8; "
                + "8 small files, 0 beyond the 8 of the last swap, threshold 32");
    assertThat(rewrite.groups()).containsExactly(files);
  }

  @Test
  void newFilesAreMergedWithoutTheLargerOnesOfEarlierSwaps() {
    List<PlannedFile> files = settled(1, 5_000);
    files.addAll(settled(2, 90));
    files.addAll(small(32, 0)); // 96 rows, of tier 2 like the two before
    Rewrite rewrite = rewrite(plan(files, 3, false));
    assertThat(rewrite.groups()).containsExactly(files.subList(3, 35));
    assertThat(rewrite.carried()).isEqualTo(files.subList(0, 3));
  }

  @Test
  void newFilesTakeInSmallerOnesBeforeThemAndTheTierThatTheyFill() {
    List<PlannedFile> files = settled(3, 800); // tier 3
    files.addAll(settled(7, 90)); // tier 2, of which the new ones make the eighth
    files.addAll(settled(2, 9)); // tier 1
    files.addAll(small(32, 0));
    Rewrite rewrite = rewrite(plan(files, 12, false));
    assertThat(rewrite.groups()).containsExactly(files.subList(3, 44));
    assertThat(rewrite.carried()).isEqualTo(files.subList(0, 3));
  }

  @Test
  void largeFilesOfTheLastSwapDoNotRaiseTheThreshold() {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      files.add(new PlannedFile("large" + i, 0, 128 * MIB, 1_000_000, false, false, true));
    }
    files.addAll(small(32, 0));
    assertThat(rewrite(plan(files, 100, false)).groups()).containsExactly(files.subList(100, 132));
  }

  @Test
  void backlogIsCutIntoStepsOldestFirst() {
    List<PlannedFile> files = small(25_000, 0);
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.groups()).containsExactly(files.subList(0, 10_000));
    assertThat(rewrite.left()).isEqualTo(15_000);

    files = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      files.add(file("f" + i, 0, 60 * MIB, false, false));
    }
    rewrite = rewrite(plan(files, 0, true));
    assertThat(rewrite.groups()).containsExactly(files.subList(0, 17)); // 1,020 of 1,024 MiB
    assertThat(rewrite.left()).isEqualTo(23);
  }

  @Test
  void filesWithDeletesAreNeverLeftForALaterStep() {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      files.add(file("f" + i, 0, 500 * MIB, true, false));
    }
    assertThat(rewrite(plan(files, 0, false)).filesToRewrite()).isEqualTo(40);
  }

  /**
   * A row rises by a tier whenever it is rewritten, so that after 100 passes of 100 exchanges of 5
   * rows it was written at most as often as there are tiers: 50,000 rows are of tier 5.
   */
  @Test
  void tenThousandExchangesWithAPassEveryHundredAreRewrittenLogarithmically() {
    for (int exchangeRows : List.of(1, 5, 102, 3_000)) {
      List<PlannedFile> files = new ArrayList<>();
      long written = 0;
      long added = 0;
      int most = 0;
      for (int pass = 1; pass <= 100; pass++) {
        long baseline = files.size();
        for (int i = 0; i < 100; i++) {
          files.add(added("new" + added++, exchangeRows));
        }
        Rewrite rewrite = rewrite(plan(files, baseline, false));
        long rows = rewrite.groups().get(0).stream().mapToLong(PlannedFile::rows).sum();
        written += rows;
        files = new ArrayList<>(rewrite.carried());
        files.add(new PlannedFile("out" + pass, 0, 100 * rows, rows, false, false, true));
        most = Math.max(most, files.size());
        assertThat(plan(files, files.size(), false)).isInstanceOf(Skip.class);
      }
      assertThat((double) written / (added * exchangeRows)).isLessThan(3.2);
      assertThat(most).isLessThanOrEqualTo(7 * 4);
    }
  }

  @Test
  void fileOfExpiredRowsAloneIsDroppedAndTheOthersAreCarried() {
    List<PlannedFile> files = new ArrayList<>(small(3, 0));
    files.set(0, with(files.get(0), Verdict.drop(DropReason.EXPIRED)));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.reason()).isEqualTo("1 file of expired rows alone");
    assertThat(rewrite.groups()).isEmpty();
    assertThat(rewrite.dropped()).containsExactly(files.get(0));
    assertThat(rewrite.carried()).containsExactly(files.get(1), files.get(2));
  }

  @Test
  void fileToBeFilteredIsRewrittenByItselfHoweverLargeItIs() {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      files.add(new PlannedFile("large" + i, 0, 128 * MIB, 1_000_000, false, false, true));
    }
    files.set(0, with(files.get(0), Verdict.filter(DropReason.EXPIRED)));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.reason()).isEqualTo("1 file that may hold expired rows");
    assertThat(rewrite.groups()).containsExactly(List.of(files.get(0)));
    assertThat(rewrite.carried()).containsExactly(files.get(1), files.get(2));
  }

  @Test
  void filesThatAreMergedAnywayAreFilteredWithThem() {
    List<PlannedFile> files = new ArrayList<>(small(40, 0));
    files.set(0, with(files.get(0), Verdict.filter(DropReason.EXPIRED)));
    files.set(1, with(files.get(1), Verdict.drop(DropReason.EXPIRED)));
    Rewrite rewrite = rewrite(plan(files, 0, false));
    assertThat(rewrite.reason())
        .isEqualTo(
            "1 file of expired rows alone; 1 file that may hold expired rows;"
                + " 39 small files, threshold 32");
    assertThat(rewrite.groups()).hasSize(1);
    assertThat(rewrite.groups().get(0)).hasSize(39).contains(files.get(0));
  }

  @Test
  void unreadableFileStaysWhereRowsExpireAndBlocksWhereRowsAreToBePurged() {
    PlannedFile unreadable = file("bad", 0, 10_000, false, true);
    assertThat(plan(List.of(with(unreadable, Verdict.filter(DropReason.EXPIRED))), 0, false))
        .isInstanceOf(Skip.class);
    assertThat(plan(List.of(with(unreadable, Verdict.filter(DropReason.PURGED))), 0, false))
        .isInstanceOf(Blocked.class);
  }

  private static PlannedFile with(PlannedFile file, Verdict verdict) {
    return new PlannedFile(
        file.location(),
        file.tuple(),
        file.bytes(),
        file.rows(),
        file.deleted(),
        file.unreadable(),
        file.settled(),
        verdict,
        file.over(),
        file.pieces());
  }

  private static PlannedFile over(String location, long rows) {
    return new PlannedFile(
        location, 1, 100 * rows, rows, false, false, true, Verdict.keep(), true, 1);
  }

  @Test
  void whatIsLeftOfAPeriodThatIsOverBecomesOneFileIfItIsWorthIt() {
    List<PlannedFile> files = new ArrayList<>(small(3, 0));
    files.add(over("a", 800));
    files.add(over("b", 90));
    assertSkipped(
        plan(files, 5, false), "5 small files, 0 beyond the 5 of the last swap, threshold 32");
    files.add(over("c", 20));
    Rewrite rewrite = rewrite(plan(files, 6, false));
    assertThat(rewrite.reason()).isEqualTo("3 files of periods that are over");
    assertThat(rewrite.groups()).containsExactly(files.subList(3, 6));
  }

  private static List<PlannedFile> settled(int count, long rows) {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(new PlannedFile("s" + rows + "-" + i, 0, 100 * rows, rows, false, false, true));
    }
    return files;
  }

  private static PlannedFile added(String location, long rows) {
    return new PlannedFile(location, 0, 100 * rows, rows, false, false, false);
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
    return new PlannedFile(location, tuple, bytes, 3, deleted, unreadable, false);
  }

  private static void assertSkipped(CompactionPlan plan, String reason) {
    assertThat(plan).isEqualTo(new Skip(reason));
  }

  private static Rewrite rewrite(CompactionPlan plan) {
    assertThat(plan).isInstanceOf(Rewrite.class);
    return (Rewrite) plan;
  }
}
