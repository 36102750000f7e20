package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.backup.BackedUpPartition;
import dev.firn.maintenance.backup.BackupListener;
import dev.firn.maintenance.backup.BackupReport;
import dev.firn.maintenance.backup.CacheBackup;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.maintenance.verify.Verifies;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@VerifiedAtTheEnd
class BackupTest {
  @TempDir Path directory;
  private final Disk disk = new LocalDisk();

  /** Two generations, published and unpublished rows, a configuration. */
  private Path cache() throws Exception {
    Path root = directory.resolve("cache");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 2));
      cache.publish();
      Appends.writer(cache).append(Appends.exchange("b", 2));
    }
    new Passes(disk, root).forced();
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("c", 2));
      cache.publish();
    }
    Files.writeString(root.resolve("firn.json"), "{}");
    Cache open = Appends.open(root); // left open: what it appends stays unpublished
    Appends.writer(open).append(Appends.exchange("d", 2));
    return root;
  }

  private static BackupReport backUp(Disk disk, Path root, Path target, boolean copy)
      throws IOException {
    return new CacheBackup(
            disk,
            new CacheDirectory(disk, root),
            Passes.CONFIG,
            InstantSource.fixed(Passes.START),
            "test")
        .run(target, copy, false, new BackupListener() {});
  }

  /** Of all files by path, but locks: how many names they have. */
  private static Map<String, Integer> names(Path root) throws IOException {
    Map<String, Integer> names = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        names.put(
            root.relativize(file).toString(),
            (Integer) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
      }
    }
    return names;
  }

  @Test
  void aBackupIsACacheThatOpensTakesAppendsAndIsMaintained() throws Exception {
    Path root = cache();
    Path target = directory.resolve("backups/one");
    Map<String, String> before = Listing.of(root);

    BackupReport report = backUp(disk, root, target, false);

    assertThat(Listing.of(root)).isEqualTo(before);
    assertThat(Verifies.trouble(Verifies.full(disk, target))).isEmpty();
    assertThat(CacheRows.read(disk, target)).isEqualTo(CacheRows.read(disk, root));
    assertThat(Appends.keys(disk, target)).hasSize(8);
    assertThat(report.partitions())
        .containsExactly(
            new BackedUpPartition(
                Appends.PARTITION,
                "table-1",
                "v2.metadata.json",
                2,
                0,
                Passes.START.toString(),
                ""));
    assertThat(report.unreadable()).isZero();
    assertThat(report.notes()).isEmpty();
    assertThat(target.resolve(Appends.PARTITION).resolve("table")).doesNotExist();
    try (Cache cache = Appends.open(target)) {
      Appends.writer(cache).append(Appends.exchange("e", 2));
    }
    new Passes(disk, target).forced();
    assertThat(Appends.keys(disk, target)).hasSize(10).contains("a/0", "d/1", "e/0");
    assertThat(Appends.keys(disk, root)).hasSize(8);
  }

  @Test
  void logThatADaemonGoesOnWithIsLeftOutAndWhatItReplacesIsCopied() throws Exception {
    Path root = cache();
    Path daemon = Files.createDirectories(root.resolve("maintenance/daemon"));
    for (String name : List.of("daemon.0.log", "daemon.0.log.lck", "last-pass.json")) {
      Files.writeString(daemon.resolve(name), "{}");
    }
    Path target = directory.resolve("backup");

    backUp(disk, root, target, false);

    assertThat(names(target.resolve("maintenance/daemon"))).isEqualTo(Map.of("last-pass.json", 1));
  }

  @Test
  void whatIsNeverChangedIsLinkedWhatMayChangeIsCopiedAndLocksAreLeftOut() throws Exception {
    Path root = cache();
    Path target = directory.resolve("backup");

    BackupReport report = backUp(disk, root, target, false);

    Map<String, Integer> names = names(target);
    assertThat(names.keySet()).noneMatch(name -> name.endsWith(".lock"));
    assertThat(names.keySet())
        .contains("firn.json", "backup.json", "maintenance/status.json", "maintenance/clock.json");
    names.forEach(
        (name, links) -> {
          boolean mutable = name.endsWith(".json") && !name.endsWith(".metadata.json");
          assertThat(links).as(name).isEqualTo(mutable || name.endsWith("hint.text") ? 1 : 2);
        });
    assertThat(report.linkedFiles())
        .isEqualTo(names.values().stream().filter(links -> links == 2).count());
    assertThat(report.copiedFiles())
        .isEqualTo(names.values().stream().filter(links -> links == 1).count() - 1);
    assertThat(report.linkedBytes()).isPositive();
  }

  @Test
  void acrossFileSystemsAndWhereItIsAskedForBytesAreCopied() throws Exception {
    Path root = cache();
    RecordingDisk elsewhere = new RecordingDisk();
    elsewhere.failWith(
        call -> {
          if (call.kind() == Kind.LINK && !call.path().toString().contains("backup.json")) {
            throw new FileSystemException("x", "y", "Invalid cross-device link");
          }
        });

    for (BackupReport report :
        List.of(
            backUp(elsewhere, root, directory.resolve("across"), false),
            backUp(disk, root, directory.resolve("asked"), true))) {
      assertThat(report.linkedFiles()).isZero();
      assertThat(names(report.target()).values()).containsOnly(1);
      assertThat(Appends.keys(disk, report.target())).hasSize(8);
      assertThat(Verifies.trouble(Verifies.full(disk, report.target()))).isEmpty();
    }
  }

  @Test
  void nothingThatHappensInTheCacheLaterReachesTheBackup() throws Exception {
    Path root = cache();
    Path target = directory.resolve("backup");
    backUp(disk, root, target, false);
    Map<String, String> backup = Listing.of(target);

    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("later", 2, ", \"more\": 1"));
    }
    Passes passes = new Passes(disk, root);
    passes.forced();
    passes.advance(Duration.ofHours(25));
    passes.forced();
    passes.forced();

    assertThat(root.resolve(Appends.PARTITION).resolve("table-1")).doesNotExist();
    assertThat(Listing.of(target)).isEqualTo(backup);
    assertThat(Verifies.trouble(Verifies.full(disk, target))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedAfterAnyStepItLeavesTheCacheAsItWasAndNoHalfBackup(boolean copy) throws Exception {
    Path root = cache();
    Map<String, String> before = Listing.of(root);
    List<String> rows = Appends.keys(disk, root);
    boolean done = false;
    int whole = 0;
    int kill = 0;
    for (; !done; kill++) {
      Path place = Files.createDirectory(directory.resolve("at-" + kill));
      Path target = place.resolve("backup");
      RecordingDisk dying = new RecordingDisk();
      dying.killAfter(kill);
      try {
        backUp(dying, root, target, copy);
        done = true;
      } catch (Killed e) {
        done = false;
      }
      assertThat(Listing.of(root)).as("killed at " + kill).isEqualTo(before);
      if (Files.exists(target)) {
        assertThat(Appends.keys(disk, target)).isEqualTo(rows);
        assertThat(target.resolve("backup.json")).exists();
        whole++;
      } else if (kill % 6 == 2) {
        List<Path> left;
        try (Stream<Path> names = Files.list(place)) {
          left = names.toList();
        }
        BackupReport next = backUp(disk, root, target, copy);
        assertThat(next.leftovers()).isEqualTo(left).hasSize(1);
        assertThat(Appends.keys(disk, target)).isEqualTo(rows);
      }
      Trees.remove(disk, place);
    }
    System.out.printf("backup, copy %s: killed at %d steps%n", copy, kill - 1);
    assertThat(kill).isGreaterThan(30);
    assertThat(whole).as("the rename is the last but one").isEqualTo(2);
  }

  @Test
  void aFailureIsNotHiddenAndLeavesNothing() throws Exception {
    Path root = cache();
    Map<String, String> before = Listing.of(root);
    RecordingDisk full = new RecordingDisk();
    full.failWith(
        call -> {
          if (call.kind() == Kind.WRITE && call.path().endsWith("cursor.json")) {
            throw new FileSystemException("x", null, "No space left on device");
          }
        });
    Path target = Files.createDirectory(directory.resolve("full")).resolve("backup");

    assertThatThrownBy(() -> backUp(full, root, target, true))
        .hasMessageContaining("No space left");

    assertThat(target.getParent()).isEmptyDirectory();
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void afterItHasReturnedAPowerCutTakesNothingBack() throws Exception {
    Path root = cache();
    RecordingDisk cut = new RecordingDisk();
    cut.rememberForPowerLoss(Files.createDirectory(directory.resolve("side")));
    Path target = directory.resolve("backups/one");

    backUp(cut, root, target, true);
    cut.losePower();

    assertThat(Appends.keys(disk, target)).isEqualTo(Appends.keys(disk, root));
    assertThat(Verifies.trouble(Verifies.full(disk, target))).isEmpty();
    assertThat(target.resolve("backup.json")).isNotEmptyFile();
  }

  @Test
  void directoryThatAKilledBackupMadeIsDurableWhenTheNextOneHasReturned() throws Exception {
    Path root = cache();
    RecordingDisk cut = new RecordingDisk();
    cut.rememberForPowerLoss(Files.createDirectory(directory.resolve("side")));
    Path target = directory.resolve("backups/one");
    boolean[] killed = {false};
    cut.failWith(
        call -> {
          if (!killed[0]
              && call.kind() == Kind.SYNC_DIRECTORY
              && Files.exists(target.getParent())) {
            killed[0] = true;
            throw new Killed();
          }
        });
    assertThatThrownBy(() -> backUp(cut, root, target, true)).isInstanceOf(Killed.class);

    backUp(cut, root, target, true);
    cut.losePower();

    assertThat(Appends.keys(disk, target)).isEqualTo(Appends.keys(disk, root));
  }

  @Test
  void aTargetThatHoldsAnythingOrOverlapsTheCacheIsRefused() throws Exception {
    Path root = cache();
    Path taken = Files.createDirectory(directory.resolve("taken"));
    Path file = Files.writeString(taken.resolve("file"), "x");

    assertThatThrownBy(() -> backUp(disk, root, taken, false))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("is not empty: it holds file");
    assertThatThrownBy(() -> backUp(disk, root, file, false))
        .isInstanceOf(FileAlreadyExistsException.class);
    for (Path inside : List.of(root.resolve("backup"), root, directory)) {
      assertThatThrownBy(() -> backUp(disk, root, inside, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("inside each other");
    }
    Path empty = Files.createDirectory(directory.resolve("empty"));
    backUp(disk, root, empty, false);
    assertThat(Appends.keys(disk, empty)).hasSize(8);
  }

  @Test
  void aPartitionInDoubtIsTakenAsItStandsAndNamed() throws Exception {
    Path root = FieldCaches.unpack("corrupt-cursor", directory);
    Path target = directory.resolve("backup-of-corrupt-cursor");
    Map<String, String> before = contents(root);

    BackupReport report = backUp(disk, root, target, false);

    assertThat(report.unreadable()).isEqualTo(2);
    assertThat(contents(root)).isEqualTo(before);
    assertThat(CacheRows.read(disk, target)).isEqualTo(CacheRows.read(disk, root));
    for (BackedUpPartition partition : report.partitions()) {
      if (!partition.problem().isEmpty()) {
        Map<String, String> original = contents(root.resolve(partition.path()));
        assertThat(contents(target.resolve(partition.path()))).isEqualTo(original);
        assertThat(root.resolve(partition.path()).resolve(".commit.lock")).doesNotExist();
      }
    }
    JsonNode record = new ObjectMapper().readTree(target.resolve("backup.json").toFile());
    assertThat(record.path("partitions").findValuesAsText("problem")).hasSize(2);
    Trees.remove(disk, target); // a damaged cache, and meant to be
  }

  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    Listing.of(root)
        .forEach(
            (name, content) -> {
              if (Files.isRegularFile(root.resolve(name)) && !name.endsWith(".lock")) {
                contents.put(name, content.split(" ", 2)[0]);
              }
            });
    return contents;
  }

  @Test
  void whatIsHeldIsInItAndLandsOnceWhereTheBackupIsMended() throws Exception {
    Path root = cache();
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    byte[] bytes = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);
    try (Cache cache = Appends.open(root)) {
      assertThat(Appends.writer(cache).append(Appends.exchange("held", 2)).held()).isTrue();
    }
    Files.write(cursor, bytes);
    Path target = directory.resolve("backup");

    BackupReport report = backUp(disk, root, target, false);

    assertThat(report.partitions().get(0).held()).isEqualTo(1);
    new Passes(disk, target).standard();
    assertThat(Appends.keys(disk, target)).hasSize(10).contains("held/0", "held/1");
    assertThat(Appends.keys(disk, root)).hasSize(8);
  }

  @Test
  void aHeldExchangeThatLandedBeforeTheSwapIsNotInTheBackupTwice() throws Exception {
    Path root = cache();
    Path held = root.resolve("held").resolve(Appends.PARTITION);
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    byte[] bytes = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("held", 2));
    }
    Files.write(cursor, bytes);
    // Killed after the rows had landed and before the held file was removed; then swapped.
    RecordingDisk dying = new RecordingDisk();
    dying.failWith(
        call -> {
          if (call.kind() == Kind.DELETE && call.path().startsWith(held)) {
            throw new Killed();
          }
        });
    try (Cache cache = Appends.open(dying, root)) {
      Appends.writer(cache).append(Appends.exchange("e", 2));
    } catch (Killed e) {
      assertThat(Appends.keys(disk, root)).contains("held/0");
    }
    List<Path> left;
    try (Stream<Path> names = Files.list(held)) {
      left = names.filter(name -> name.toString().contains(".landing-")).toList();
    }
    assertThat(left).hasSize(1);
    byte[] content = Files.readAllBytes(left.get(0));
    new Passes(disk, root).forced();
    Files.write(left.get(0), content); // no pass has come to it yet
    List<String> rows = Appends.keys(disk, root);
    assertThat(rows).doesNotHaveDuplicates().contains("held/0", "held/1");
    Path target = directory.resolve("backup");

    BackupReport report = backUp(disk, root, target, false);

    assertThat(report.partitions().get(0).held()).isZero();
    new Passes(disk, target).standard();
    assertThat(Appends.keys(disk, target)).isEqualTo(rows);
    Files.delete(left.get(0));
  }

  @Test
  void aCursorThatIsRestoredOverALaterGenerationIsAConflict() throws Exception {
    Path root = cache();
    Path target = directory.resolve("backup");
    backUp(disk, root, target, false);
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("later", 2));
    }
    new Passes(disk, root).forced();
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    byte[] newest = Files.readAllBytes(cursor);

    Files.write(cursor, Files.readAllBytes(target.resolve(Appends.PARTITION + "/cursor.json")));

    assertThat(new PartitionInspector(disk).inspect(Appends.partition(disk, root)))
        .isInstanceOfSatisfying(
            Unreadable.class, state -> assertThat(state.problem()).isEqualTo(Problem.CONFLICT));
    Files.write(cursor, newest);
  }
}
