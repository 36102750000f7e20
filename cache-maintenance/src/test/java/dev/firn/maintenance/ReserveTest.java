package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.condition.Condition;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.backup.BackupListener;
import dev.firn.maintenance.backup.CacheBackup;
import dev.firn.maintenance.drop.DatasetDrop;
import dev.firn.maintenance.drop.DropReport;
import dev.firn.maintenance.purge.CachePurge;
import dev.firn.maintenance.purge.PurgeOptions;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.reserve.Reserve.State;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.status.CacheStatus.ReserveStatus;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Room on the disk is kept for those who make room, and nobody else minds it. */
class ReserveTest {
  private static final RetentionConfig MONTH =
      RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30));

  @TempDir Path directory;
  private Path root;
  private Path reserve;
  private RecordingDisk disk;
  private RetainedCache cache;

  /** A file of three megabytes is past in January, a small one is not. */
  @BeforeEach
  void fill() throws Exception {
    root = directory.resolve("cache");
    reserve = root.resolve("maintenance/reserve.bin");
    disk = new RecordingDisk();
    disk.pretendFree(1L << 30);
    cache = new RetainedCache(disk, root, MONTH);
    byte[] random = new byte[3 << 20];
    new Random(1).nextBytes(random);
    cache.append(
        RetainedCache.row("old", "2026-11-20T00:00:00Z")
            + ", \"text\": \""
            + Base64.getEncoder().encodeToString(random)
            + "\"");
    cache.append(RetainedCache.row("new", "2027-01-20T00:00:00Z"));
  }

  private void waitUntilTheDiskIsFullInJanuary() {
    cache.passes().advance(Duration.ofDays(40));
    disk.pretendFree(0);
    disk.fitOnly(0);
  }

  @Test
  void passOnAFullDiskGivesItUpAndDropsWhatIsPast() throws Exception {
    cache.pass();
    assertThat(Files.size(reserve)).isBetween(3L << 17, 4L << 17);
    waitUntilTheDiskIsFullInJanuary();

    PassReport report = cache.pass();

    assertThat(RetainedCache.only(report).reason()).contains("expired");
    assertThat(report.diskRefused()).isFalse();
    assertThat(cache.keys()).containsExactly("new");
    assertThat(reserve).doesNotExist();
  }

  @Test
  void withoutItThatPassIsRefusedAndNothingIsLost() throws Exception {
    cache.pass();
    Files.delete(reserve);
    waitUntilTheDiskIsFullInJanuary();

    PassReport report = cache.pass();

    assertThat(RetainedCache.only(report).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(report.diskRefused()).isTrue();
    assertThat(cache.keys()).containsExactly("new", "old");
  }

  private PurgedPartition purgeOld() throws IOException {
    CacheDirectory of = new CacheDirectory(disk, root);
    return new CachePurge(disk, of, Passes.CONFIG, cache.passes()::now, "test")
        .run(
            Appends.DATASET,
            of.partitions(Appends.DATASET),
            Condition.parse("k = 'old'"),
            new PurgeOptions(true, false, false))
        .partitions()
        .get(0);
  }

  @Test
  void purgeOnAFullDiskGivesItUpAndIsRefusedWithoutIt() throws Exception {
    cache.pass();
    byte[] kept = Files.readAllBytes(reserve);
    Files.delete(reserve);
    waitUntilTheDiskIsFullInJanuary();
    assertThat(purgeOld().outcome()).isEqualTo(PurgedPartition.Outcome.FAILED);
    assertThat(cache.keys()).containsExactly("new", "old");
    Files.write(reserve, kept);

    assertThat(purgeOld().outcome()).isEqualTo(PurgedPartition.Outcome.PURGED);

    assertThat(cache.keys()).containsExactly("new");
    assertThat(reserve).doesNotExist();
  }

  @Test
  void dropOnAFullDiskGivesItUpAndAProposalDoesNot() throws Exception {
    cache.pass();
    waitUntilTheDiskIsFullInJanuary();
    DatasetDrop drop =
        new DatasetDrop(
            disk, new CacheDirectory(disk, root), Passes.CONFIG, cache.passes()::now, "test");

    drop.run(Appends.DATASET, false, false);
    assertThat(reserve).exists();
    DropReport report = drop.run(Appends.DATASET, true, false);

    assertThat(report.outcome()).isEqualTo(DropReport.Outcome.DROPPED);
    assertThat(reserve).doesNotExist();
  }

  private ReserveStatus status(String... datasets) throws IOException {
    return new StatusCollector(
            disk, new CacheDirectory(disk, root), Passes.CONFIG, cache.passes()::now)
        .collect(List.of(datasets))
        .reserve()
        .orElse(null);
  }

  @Test
  void statusTellsHowItIs() throws Exception {
    assertThat(status()).isEqualTo(new ReserveStatus(State.NOT_MADE, 0));
    assertThat(status(Appends.DATASET)).isNull();
    cache.pass();
    assertThat(status()).isEqualTo(new ReserveStatus(State.PRESENT, Files.size(reserve)));
    disk.pretendFree(0);
    assertThat(status().state()).isEqualTo(State.PRESENT);

    Files.delete(reserve);
    assertThat(status()).isEqualTo(new ReserveStatus(State.NO_ROOM, 0));
    disk.pretendFree(1L << 30);
    purgeOld();
    assertThat(status()).isEqualTo(new ReserveStatus(State.NOT_NEEDED, 0));
  }

  @Test
  void itIsMadeAgainWhenThereIsPlentyOfRoomAndNotBefore() throws Exception {
    disk.pretendFree(1 << 20);
    cache.pass();
    assertThat(reserve).doesNotExist();

    disk.pretendFree(1L << 30);
    cache.pass();
    byte[] first = Files.readAllBytes(reserve);
    disk.pretendFree(first.length - 1);
    cache.pass();
    assertThat(reserve).doesNotExist();

    disk.pretendFree(1L << 30);
    cache.pass();
    assertThat(reserve).hasBinaryContent(first);
    disk.forget();
    cache.pass();
    assertThat(disk.changes()).noneMatch(call -> call.path().toString().contains("reserve"));
  }

  @Test
  void aDiskThatRefusesItMakesNoPassFailAndKeepsNoPartOfIt() throws Exception {
    disk.failWith(
        call -> {
          if (call.kind() == Kind.WRITE && call.path().toString().contains("reserve")) {
            throw new IOException("no");
          }
        });
    PassReport report = cache.pass();
    assertThat(RetainedCache.only(report).outcome()).isNotEqualTo(Outcome.FAILED);
    assertThat(Listing.of(root).keySet()).noneMatch(path -> path.contains("reserve"));
  }

  @Test
  void whoeverOnlyLooksLeavesItAndItIsNoPartOfABackup() throws Exception {
    cache.pass();
    waitUntilTheDiskIsFullInJanuary();
    Map<String, String> before = Listing.of(root);

    cache.dry();
    CacheDirectory of = new CacheDirectory(disk, root);
    new StatusCollector(disk, of, Passes.CONFIG, cache.passes()::now).collect(List.of());
    assertThat(Verifies.trouble(Verifies.full(disk, root))).isEmpty();

    assertThat(Listing.of(root)).isEqualTo(before).containsKey("maintenance/reserve.bin");
    disk.fitOnly(Long.MAX_VALUE);
    Path copy = directory.resolve("backup");
    new CacheBackup(disk, of, Passes.CONFIG, InstantSource.fixed(cache.passes().now()), "test")
        .run(copy, false, false, new BackupListener() {});
    assertThat(Listing.of(copy).keySet())
        .contains("maintenance/status.json")
        .noneMatch(path -> path.contains("reserve"));
  }
}
