package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes on one cache, some of which are killed. */
@VerifiedAtTheEnd
class AppendRaceTest {
  private static final int ROWS = 5;
  private static final long MINUTES = 10;
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();

  /**
   * Failure 1 of the program before this one: hundreds of acknowledged rows lost in such a race.
   */
  @Test
  void failure1AppendsOfTwoProcessesThatRaceMaintenanceAreAllThereOnce() throws Exception {
    Path root = directory.resolve("cache");
    int each = SOAK ? 2_500 : 250;
    long metadata = 0;
    List<String> expected = new ArrayList<>();
    for (int round = 1; round <= 2; round++) {
      Path wanted = Files.createFile(directory.resolve("wanted"));
      Process maintenance =
          AppendProcess.start(
              directory.resolve("maintain.log"), "maintain", root.toString(), wanted.toString());
      List<Process> appenders = new ArrayList<>();
      for (String name : List.of("a" + round, "b" + round)) {
        appenders.add(
            AppendProcess.start(
                directory.resolve(name + ".log"),
                "append",
                root.toString(),
                name,
                directory.resolve(name + ".ledger").toString(),
                "4",
                Integer.toString(each),
                Integer.toString(ROWS)));
      }
      try {
        while (appenders.stream().anyMatch(Process::isAlive)) {
          metadata = Math.max(metadata, metadataBytes(root));
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        for (Process appender : appenders) {
          assertThat(appender.waitFor()).as(logs()).isZero();
        }
      } finally {
        appenders.forEach(Process::destroyForcibly);
        Files.delete(wanted);
      }
      boolean ended = maintenance.waitFor(MINUTES, TimeUnit.MINUTES);
      maintenance.destroyForcibly();
      assertThat(ended).as(logs()).isTrue();
      assertThat(maintenance.exitValue()).as(logs()).isZero();
      for (String name : List.of("a" + round, "b" + round)) {
        List<String> ledger = Files.readAllLines(directory.resolve(name + ".ledger"));
        assertThat(ledger).hasSize(each);
        addKeys(ledger, expected);
      }
      Collections.sort(expected);
      assertThat(Appends.keys(disk, root)).isEqualTo(expected);
      System.out.printf(
          "race, round %d: %d exchanges, %s swaps, at most %d bytes of metadata%n",
          round, each * 2, Files.readString(directory.resolve("swaps")), metadata);
      assertThat(Integer.parseInt(Files.readString(directory.resolve("swaps"))))
          .as(logs())
          .isPositive();
    }
    assertThat(metadata).isBetween(1L, 2_000_000L);
    assertThat(logs()).doesNotContain("UNREADABLE");
    assertThat(root.resolve("held")).doesNotExist();
  }

  private static void addKeys(List<String> ledger, List<String> keys) {
    for (String id : ledger) {
      for (int i = 0; i < ROWS; i++) {
        keys.add(id + "/" + i);
      }
    }
  }

  private String logs() throws IOException {
    StringBuilder logs = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        logs.append(file.getFileName()).append(":\n").append(Files.readString(file)).append('\n');
      }
    }
    return logs.toString();
  }

  /** Of the live generation; 0 while there is none, or while it moves away under the look. */
  private long metadataBytes(Path root) throws IOException {
    if (!(new PartitionInspector(disk).inspect(Appends.partition(disk, root))
        instanceof Live live)) {
      return 0;
    }
    long bytes = 0;
    try (Stream<Path> files = Files.list(live.generation().paths().metadata())) {
      for (Path file : files.toList()) {
        bytes += size(file);
      }
    } catch (NoSuchFileException e) {
      return 0;
    }
    return bytes;
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  @Test
  void acknowledgedRowsOfKilledProcessesAreThereOnceAndTheNextProcessGoesOn() throws Exception {
    Path root = directory.resolve("cache");
    long seed = SOAK ? System.nanoTime() : 3;
    Random random = new Random(seed);
    int kills = SOAK ? 60 : 10;
    for (int kill = 0; kill < kills; kill++) {
      String name = "k" + kill;
      Path ledger = directory.resolve(name + ".ledger");
      Path wanted = directory.resolve("wanted");
      // Every third one is a process that maintains while another appends.
      boolean maintains = kill % 3 == 2;
      Process victim;
      if (maintains) {
        Files.writeString(wanted, "");
        victim =
            AppendProcess.start(
                directory.resolve(name + ".log"), "maintain", root.toString(), wanted.toString());
      } else {
        victim =
            AppendProcess.start(
                directory.resolve(name + ".log"),
                "append",
                root.toString(),
                name,
                ledger.toString(),
                "2",
                "100000",
                Integer.toString(ROWS));
      }
      try (Cache cache = Appends.open(root)) {
        if (maintains) {
          awaitOwner(root, victim);
          for (int i = 0; i < 20; i++) {
            String id = name + "-" + i;
            Appends.writer(cache).append(Appends.exchange(id, ROWS));
            Files.writeString(
                ledger,
                id + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
          }
        } else {
          awaitLines(ledger, victim);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(250)));
      } finally {
        victim.destroyForcibly().waitFor();
        Files.deleteIfExists(wanted);
      }
      requireAcknowledged(root, "seed " + seed + ", kill " + kill);
    }
    new Passes(disk, root).forced();
    requireAcknowledged(root, "after a pass");
    try (Cache cache = Appends.open(root)) {
      assertThat(Appends.writer(cache).append(Appends.exchange("last", ROWS)).held()).isFalse();
    }
    assertThat(Appends.keys(disk, root)).contains("last/0");
  }

  private void requireAcknowledged(Path root, String when) throws IOException {
    List<String> found = Appends.keys(disk, root);
    assertThat(new HashSet<>(found)).as(when + ": nothing twice").hasSameSizeAs(found);
    List<String> expected = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".ledger")).toList()) {
        String text = Files.readString(file);
        // A line that the kill has cut short was acknowledged, but nobody can tell which it was.
        addKeys(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList(), expected);
      }
    }
    Set<String> missing = new HashSet<>(expected);
    found.forEach(missing::remove);
    assertThat(missing).as(when).isEmpty();
    assertThat(root.resolve("held")).doesNotExist();
  }

  private void awaitLines(Path ledger, Process process) throws Exception {
    for (int i = 0; i < 24_000 && process.isAlive(); i++) {
      if (Files.exists(ledger) && Files.size(ledger) > 0) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    throw new AssertionError(logs());
  }

  private void awaitOwner(Path root, Process process) throws Exception {
    Path owner = root.resolve(Appends.PARTITION).resolve(".maintain.owner");
    String pid = "\"pid\":" + process.pid() + ",";
    for (int i = 0; i < 24_000 && process.isAlive(); i++) {
      try {
        if (Files.readString(owner).contains(pid)) {
          return;
        }
      } catch (NoSuchFileException e) {
        // not yet
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    throw new AssertionError(logs());
  }
}
