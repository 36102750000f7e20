package dev.firn.core.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLocksTest {
  private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final PartitionLocks locks = new PartitionLocks(disk, "compact");

  @Test
  void threadsExcludeEachOther() throws Exception {
    int threads = 4;
    int turns = 50;
    int[] unguarded = {0};
    int[] inside = {0};
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      Callable<Void> work =
          () -> {
            for (int i = 0; i < turns; i++) {
              try (HeldLock lock = locks.takeCommitLock(directory)) {
                assertThat(++inside[0]).isEqualTo(1);
                Thread.yield();
                unguarded[0]++;
                lock.requireValid();
                inside[0]--;
              }
            }
            return null;
          };
      List<Future<Void>> done =
          pool.invokeAll(IntStream.range(0, threads).mapToObj(i -> work).toList());
      for (Future<Void> future : done) {
        future.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(unguarded[0]).isEqualTo(threads * turns);
  }

  @Test
  void leaseAndCommitLockAreIndependentAndPerPartition() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    try (HeldLock lease = locks.takeLease(directory, NOW);
        HeldLock commit = locks.takeCommitLock(directory);
        HeldLock otherLease = locks.takeLease(other, NOW)) {
      lease.requireValid();
      commit.requireValid();
      otherLease.requireValid();
    }
  }

  @Test
  void ownerIsWrittenOnlyOnceTheLeaseIsHeld() throws IOException {
    locks.takeLease(directory, NOW).close();
    List<Call> calls = disk.calls();
    Call lock = new Call(Kind.LOCK, directory.resolve(".maintain.lock"));
    Call owner = new Call(Kind.RENAME, directory.resolve(".maintain.owner"));
    assertThat(calls).contains(lock, owner);
    assertThat(calls.subList(0, calls.indexOf(lock)))
        .noneMatch(call -> call.path().toString().contains(".maintain.owner"));
    assertThat(Files.readString(directory.resolve(".maintain.owner")))
        .contains("\"pid\":" + ProcessHandle.current().pid())
        .contains("\"command\":\"compact\"")
        .contains("\"since\":\"2026-11-22T05:00:00Z\"");
  }

  @Test
  void aRefusedLeaseNamesTheOwnerAndWritesNothing() throws IOException {
    try (HeldLock lease = locks.takeLease(directory, NOW)) {
      disk.forget();
      assertThatThrownBy(() -> new PartitionLocks(disk, "sweep").takeLease(directory, NOW))
          .isInstanceOf(LeaseUnavailable.class)
          .hasMessageContaining(directory.resolve(".maintain.lock").toString())
          .hasMessageContaining("pid " + ProcessHandle.current().pid())
          .hasMessageContaining("(compact) since 2026-11-22T05:00:00Z");
      assertThat(disk.changes()).isEmpty();
      lease.requireValid();
    }
  }

  @Test
  void anOwnerFileLeftByADeadProcessMeansNothing() throws IOException {
    Files.writeString(
        directory.resolve(".maintain.owner"),
        "{\"pid\":1,\"host\":\"h\",\"command\":\"c\",\"since\":\"2020-01-01T00:00:00Z\"}");
    try (HeldLock lease = locks.takeLease(directory, NOW)) {
      lease.requireValid();
      assertThat(Files.readString(directory.resolve(".maintain.owner"))).contains("compact");
    }
  }

  @Test
  void anOwnerFileThatSaysNothingDoesNotHideThatTheLeaseIsHeld() throws IOException {
    try (HeldLock lease = locks.takeLease(directory, NOW)) {
      for (String garbage : List.of("", "{", "[]", "null", "\0\0\0", "{\"pid\":{}}")) {
        Files.writeString(directory.resolve(".maintain.owner"), garbage);
        assertThatThrownBy(() -> locks.takeLease(directory, NOW))
            .isInstanceOf(LeaseUnavailable.class);
      }
      Files.delete(directory.resolve(".maintain.owner"));
      assertThatThrownBy(() -> locks.takeLease(directory, NOW))
          .isInstanceOf(LeaseUnavailable.class)
          .hasMessageEndingWith("is held by another process");
      lease.requireValid();
    }
  }

  @Test
  void aLeaseWhoseOwnerCannotBeWrittenIsHeldAndNamesNobodyElse() throws IOException {
    locks.takeLease(directory, NOW).close();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.WRITE) {
            throw new IOException("No space left on device");
          }
        });
    try (HeldLock lease = locks.takeLease(directory, NOW)) {
      lease.requireValid();
      assertThat(directory.resolve(".maintain.owner")).doesNotExist();
      assertThatThrownBy(() -> locks.takeLease(directory, NOW))
          .isInstanceOf(LeaseUnavailable.class)
          .hasMessageEndingWith("is held by another process");
    }
  }

  @Test
  void aLeaseIsGivenBackIfTheDiskLetsNothingBeDoneAboutItsOwner() throws IOException {
    locks.takeLease(directory, NOW).close();
    disk.failWith(
        call -> {
          if (call.path().toString().contains("maintain.owner")) {
            throw new IOException("Input/output error");
          }
        });
    assertThatIOException()
        .isThrownBy(() -> locks.takeLease(directory, NOW))
        .withMessage("Input/output error");
    disk.failWith(call -> {});
    locks.takeLease(directory, NOW).close();
  }

  @Test
  void twoProcessesExcludeEachOtherAndAKilledOneIsFreeAtOnce() throws Exception {
    try (LockHolder child = LockHolder.start(directory)) {
      assertThat(child.answer()).isEqualTo("held");
      assertThatThrownBy(() -> locks.takeLease(directory, NOW))
          .isInstanceOf(LeaseUnavailable.class)
          .hasMessageContaining("pid " + child.pid())
          .hasMessageContaining("(child)");
      child.kill();
      try (HeldLock lease = locks.takeLease(directory, NOW)) {
        lease.requireValid();
        try (LockHolder second = LockHolder.start(directory)) {
          assertThat(second.answer())
              .startsWith("refused ")
              .contains("pid " + ProcessHandle.current().pid())
              .contains("(compact)");
        }
      }
    }
  }

  @Test
  void aReleasedLeaseIsFreeForAnotherProcess() throws Exception {
    locks.takeLease(directory, NOW).close();
    try (LockHolder child = LockHolder.start(directory)) {
      assertThat(child.answer()).isEqualTo("held");
      child.release();
      locks.takeLease(directory, NOW).close();
    }
  }

  @Test
  void readingEverythingWhileHoldingDoesNotDropTheLease() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", directory);
    Partition partition = new CacheDirectory(new LocalDisk(), root).partitions().get(0);
    try (HeldLock lease = locks.takeLease(partition.directory(), NOW)) {
      assertThatThrownBy(() -> locks.takeLease(partition.directory(), NOW))
          .isInstanceOf(LeaseUnavailable.class);
      assertThat(new PartitionInspector(disk).inspect(partition)).isInstanceOf(Live.class);
      assertThat(CacheRows.read(disk, root)).isNotEmpty();
      assertThat(new CacheDirectory(disk, root).foreignSpools(partition.dataset())).isEmpty();
      locks.takeCommitLock(partition.directory()).close();
      lease.requireValid();
      try (LockHolder child = LockHolder.start(partition.directory())) {
        assertThat(child.answer()).startsWith("refused");
      }
    }
  }

  /** The control for the test above, and the reason for the registry. */
  @Test
  void openingAndClosingTheLockFileWouldDropTheLeaseSilently() throws Exception {
    try (HeldLock lease = locks.takeLease(directory, NOW)) {
      Files.readAllBytes(directory.resolve(".maintain.lock"));
      lease.requireValid();
      try (LockHolder child = LockHolder.start(directory)) {
        assertThat(child.answer()).isEqualTo("held");
      }
    }
  }
}
