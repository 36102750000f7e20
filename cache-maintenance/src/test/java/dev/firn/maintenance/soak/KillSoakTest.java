package dev.firn.maintenance.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.MaintenancePass;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.backup.BackupListener;
import dev.firn.maintenance.backup.CacheBackup;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Appenders, maintainers and readers on one cache, killed and stopped at random, and cursors that
 * are gone for a moment. Readers check each state that they see ({@link SoakSnapshot}); at the end
 * every acknowledged exchange is there once, and nothing is left over.
 */
@VerifiedAtTheEnd
class KillSoakTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final Duration LENGTH =
      Duration.ofSeconds(Long.getLong("firn.soak.seconds", SOAK ? 600 : 12));
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(1);
  private static final int KILLS_A_BACKUP = 5;
  private static final int LONGEST_STOP_MILLIS = 4_000;
  private static final int LONGEST_HIDE_MILLIS = 600;
  private static final long END_SECONDS = 120;

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private final long seed = SOAK ? System.nanoTime() : 5;
  private final Random random = new Random(seed);
  private final List<Child> children = new ArrayList<>();
  private SoakJava java;
  private int kills;
  private int stops;
  private int hides;
  private int backups;

  /** One of the processes, and the process that takes its place. */
  private final class Child {
    private final String role;
    private final int number;
    private Process process;
    private long stoppedUntil;

    Child(String role, int number) throws IOException {
      this.role = role;
      this.number = number;
      this.process = java.start(role, number);
    }

    void kill() throws Exception {
      process.destroyForcibly().waitFor();
      stoppedUntil = 0;
      process = java.start(role, number);
    }

    void signal(String name) throws Exception {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    void requireAlive() throws Exception {
      if (!process.isAlive()) {
        throw new AssertionError(role + "-" + number + " ended by itself: " + logs());
      }
    }
  }

  @Test
  void killedProcessesLoseNothingShowNoThirdStateAndLeaveNothingBehind() throws Exception {
    java = SoakJava.prepare(directory, "all");
    Files.createFile(SoakProcess.wanted(directory));
    try {
      for (int i = 0; i < SoakExchanges.APPENDERS; i++) {
        children.add(new Child("append", i));
      }
      for (int i = 0; i < 2; i++) {
        children.add(new Child("maintain", i));
        children.add(new Child("read", i));
      }
      torment();
      Files.delete(SoakProcess.wanted(directory));
      for (Child child : children) {
        child.signal("CONT");
        assertThat(child.process.waitFor(END_SECONDS, TimeUnit.SECONDS)).as(logs()).isTrue();
        assertThat(child.process.exitValue()).as(logs()).isZero();
      }
    } finally {
      children.forEach(child -> child.process.destroyForcibly());
    }
    long unpublished = unpublished();
    for (int hours = 0; hours < 3; hours++) {
      maintain(SoakProcess.root(directory), Duration.ofHours(hours));
    }
    Map<String, Integer> tally = SoakEvents.tally(directory);
    requireAcknowledged(tally, unpublished);
    requireNothingLeftOver();
    assertThat(Verifies.trouble(Verifies.full(disk, SoakProcess.root(directory)))).isEmpty();
    assertThat(tally.getOrDefault("swaps", 0)).as(logs()).isPositive();
    assertThat(tally.getOrDefault("reads", 0)).as(logs()).isPositive();
  }

  private void torment() throws Exception {
    long end = System.nanoTime() + LENGTH.toNanos();
    long nextKill = System.nanoTime() + BETWEEN_KILLS.toNanos();
    while (System.nanoTime() - end < 0 || !everyRoleHasWorked(end)) {
      for (Child child : children) {
        child.requireAlive();
        if (child.stoppedUntil != 0 && System.nanoTime() - child.stoppedUntil > 0) {
          child.stoppedUntil = 0;
          child.signal("CONT");
        }
      }
      if (System.nanoTime() - nextKill > 0) {
        nextKill += BETWEEN_KILLS.toNanos();
        children.get(random.nextInt(children.size())).kill();
        kills++;
        Child stopped = children.get(random.nextInt(children.size()));
        if (random.nextInt(3) == 0 && stopped.stoppedUntil == 0) {
          stopped.stoppedUntil =
              System.nanoTime()
                  + TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(LONGEST_STOP_MILLIS));
          stopped.signal("STOP");
          stops++;
        }
        if (kills % KILLS_A_BACKUP == 0) {
          checkBackup();
        }
        if (random.nextInt(3) == 0) {
          hideCursor(random.nextInt(SoakExchanges.SOURCES.size()));
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** On a busy machine it takes processes longer to start than they live. */
  private boolean everyRoleHasWorked(long end) throws Exception {
    if (System.nanoTime() - end > TimeUnit.SECONDS.toNanos(END_SECONDS)) {
      throw new AssertionError("not everybody has done anything: " + logs());
    }
    Map<String, Integer> tally = SoakEvents.tally(directory);
    boolean appended = true;
    for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
      appended &=
          Files.exists(
              SoakExchanges.partition(disk, SoakProcess.root(directory), source).cursorFile());
    }
    return appended && tally.containsKey("swaps") && tally.containsKey("reads");
  }

  /** For a moment the partition is in doubt: what is appended then by new processes is held. */
  private void hideCursor(int source) throws Exception {
    Partition partition = SoakExchanges.partition(disk, SoakProcess.root(directory), source);
    if (!Files.exists(partition.cursorFile())) {
      return;
    }
    PartitionLocks locks = new PartitionLocks(disk, "test");
    try (HeldLock lease = locks.takeLease(partition.directory(), Instant.now());
        HeldLock lock = locks.takeCommitLock(partition.directory())) {
      lease.requireValid();
      lock.requireValid();
      Path aside = directory.resolve("hidden");
      Files.move(partition.cursorFile(), aside);
      LockSupport.parkNanos(
          TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(LONGEST_HIDE_MILLIS)));
      Files.move(aside, partition.cursorFile());
      hides++;
    } catch (LeaseUnavailable e) {
      return;
    }
  }

  /** A backup is a state that existed, and with what it holds back landed nothing is lost. */
  private void checkBackup() throws Exception {
    long began = System.nanoTime();
    Path target = directory.resolve("backup");
    try {
      new CacheBackup(
              disk,
              new CacheDirectory(disk, SoakProcess.root(directory)),
              SoakProcess.config(),
              InstantSource.system(),
              "soak")
          .run(target, random.nextBoolean(), false, new BackupListener() {});
    } catch (LeaseUnavailable e) {
      return; // somebody was stopped who holds the lock
    }
    assertThat(Verifies.trouble(Verifies.quick(disk, target))).isEmpty();
    requireState(target, began, false);
    maintain(target, Duration.ZERO);
    requireState(target, began, true);
    Trees.remove(disk, target);
    backups++;
  }

  private void requireState(Path root, long began, boolean held) throws IOException {
    for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
      if (new PartitionInspector(disk).inspect(SoakExchanges.partition(disk, root, source))
          instanceof Live live) {
        assertThat(SoakSnapshot.read(disk, live).problems(directory, source, began, held))
            .as("backup " + backups)
            .isEmpty();
      }
    }
  }

  private long unpublished() throws IOException {
    long unpublished = 0;
    for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
      unpublished += live(source).generation().unpublished().size();
    }
    return unpublished;
  }

  private void maintain(Path root, Duration later) throws IOException {
    new MaintenancePass(
            disk,
            new CacheDirectory(disk, root),
            SoakProcess.config(),
            () -> Instant.now().plus(later),
            () ->
                Uptime.ofThisMachine()
                    .map(up -> new Uptime(up.bootId(), up.sinceBoot().plus(later))),
            "test")
        .run(SoakProcess.forced(), new PassListener() {});
  }

  private void requireAcknowledged(Map<String, Integer> tally, long unpublished)
      throws IOException {
    List<String> missing = new ArrayList<>();
    int acknowledged = 0;
    int held = 0;
    int unknown = 0;
    int unknownLanded = 0;
    for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
      SoakSnapshot seen = SoakSnapshot.read(disk, live(source));
      assertThat(seen.problems(directory, source, System.nanoTime())).isEmpty();
      for (int appender = 0; appender < SoakExchanges.APPENDERS; appender++) {
        for (SoakLedger.Entry entry :
            SoakLedger.read(SoakExchanges.ledger(directory, appender)).values()) {
          if (SoakExchanges.source(entry.number()) != source) {
            continue;
          }
          boolean there = seen.contains(appender, entry.number());
          acknowledged += entry.isDone() ? 1 : 0;
          held += entry.isDone() && entry.held() ? 1 : 0;
          unknown += entry.isDone() ? 0 : 1;
          unknownLanded += !entry.isDone() && there ? 1 : 0;
          if (entry.isDone() && !there) {
            missing.add(appender + "-" + entry.number());
          }
        }
      }
    }
    System.out.printf(
        "soak, seed %d, %d s: %d kills, %d stops, %d cursors hidden, %d backups checked; %d exchanges acknowledged, %d"
            + " of them held first; %d never answered, of which %d landed; %d landed files left to"
            + " publish; %s%n",
        seed,
        LENGTH.toSeconds(),
        kills,
        stops,
        hides,
        backups,
        acknowledged,
        held,
        unknown,
        unknownLanded,
        unpublished,
        tally);
    assertThat(missing).isEmpty();
  }

  /** All graces are over: nothing but the live generations is there. */
  private void requireNothingLeftOver() throws IOException {
    Path root = SoakProcess.root(directory);
    List<String> expected = new ArrayList<>();
    for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
      Live live = live(source);
      Path partition = live.partition().directory();
      for (String name :
          List.of(
              "cursor.json",
              ".commit.lock",
              ".commit.owner",
              ".maintain.lock",
              ".maintain.owner")) {
        expected.add(root.relativize(partition.resolve(name)).toString());
      }
      for (FileScanTask file : live.generation().liveFiles()) {
        Path path = live.generation().io().resolve(file.file().location());
        expected.add(root.relativize(path).toString());
      }
    }
    expected.addAll(List.of(".create.lock", "maintenance/clock.json", "maintenance/status.json"));
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(file -> !file.endsWith("/.recover.lock"))
          .filter(file -> !file.matches("maintenance/(unchanged|last-pass)\\.json"))
          .filter(file -> !file.matches(".*/table-\\d+/receipts-\\d+\\.json"))
          .filter(file -> !file.matches(".*/table-\\d+/metadata/[^./][^/]*"))
          .forEach(found::add);
    }
    Collections.sort(expected);
    Collections.sort(found);
    assertThat(found).isEqualTo(expected);
    for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
      Live live = live(source);
      assertThat(live.others()).isEmpty();
    }
  }

  private Live live(int source) {
    return (Live)
        new PartitionInspector(disk)
            .inspect(SoakExchanges.partition(disk, SoakProcess.root(directory), source));
  }

  private String logs() throws IOException {
    StringBuilder logs = new StringBuilder("seed " + seed + "\n");
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        logs.append(file.getFileName()).append(":\n").append(Files.readString(file)).append('\n');
      }
    }
    return logs.toString();
  }
}
