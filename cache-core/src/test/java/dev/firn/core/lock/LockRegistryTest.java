package dev.firn.core.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockRegistryTest {
  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final LockRegistry registry = LockRegistry.ofThisProcess();

  private Path file() {
    return directory.resolve(".commit.lock");
  }

  @Test
  void aLockIsHeldUntilItIsClosed() throws IOException {
    try (HeldLock lock = take(file())) {
      lock.requireValid();
      assertThat(registry.tryAcquire(disk, file())).isEmpty();
    }
    HeldLock again = take(file());
    again.close();
    assertThatNoException().as("twice is harmless").isThrownBy(again::close);
    assertThat(file()).as("never removed").isEmptyFile();
  }

  @Test
  void closingTwiceDoesNotReleaseTheNextHolder() throws IOException {
    HeldLock first = take(file());
    first.close();
    try (HeldLock second = take(file())) {
      first.close();
      second.requireValid();
      assertThat(registry.tryAcquire(disk, file())).isEmpty();
    }
  }

  @Test
  void aReleasedLockGivesNoRight() throws IOException {
    HeldLock lock = take(file());
    lock.close();
    assertThatIOException().isThrownBy(lock::requireValid).withMessageContaining("lost");
  }

  @Test
  void aHeldLockFileIsNeverOpenedAgainUnderAnyName() throws IOException {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path file = real.resolve(".commit.lock");
    Path linkedParent = Files.createSymbolicLink(directory.resolve("linked"), real);
    try (HeldLock lock = take(file)) {
      Path hardLink = Files.createLink(directory.resolve("hard"), file);
      disk.forget();
      for (Path name :
          new Path[] {
            file,
            hardLink,
            linkedParent.resolve(".commit.lock"),
            real.resolve("../real/.commit.lock")
          }) {
        assertThat(registry.tryAcquire(disk, name)).as("%s", name).isEmpty();
        assertThat(registry.tryAcquire(new RecordingDisk(), name)).as("%s", name).isEmpty();
      }
      assertThat(disk.calls()).extracting(Call::kind).containsOnly(Kind.STAT);
      lock.requireValid();
    }
  }

  @Test
  void aSymbolicLinkInPlaceOfALockFileIsRefusedAndDropsNoLock() throws Exception {
    Path partition = Files.createDirectory(directory.resolve("partition"));
    Path file = partition.resolve(".maintain.lock");
    try (HeldLock lock = take(file)) {
      Path link = Files.createSymbolicLink(directory.resolve("link.lock"), file);
      assertThatIOException().isThrownBy(() -> registry.tryAcquire(disk, link));
      lock.requireValid();
      try (LockHolder child = LockHolder.start(partition)) {
        assertThat(child.answer()).startsWith("refused");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLockOnAFileThatLostItsNameIsNotGranted(boolean present) throws IOException {
    if (present) {
      Files.createFile(file());
    }
    Path stale = directory.resolve("stale");
    boolean[] locked = {false};
    disk.failWith(
        call -> {
          if (call.kind() == Kind.LOCK) {
            locked[0] = true;
          } else if (locked[0] && Files.notExists(stale)) {
            Files.move(file(), stale);
            Files.createFile(file());
          }
        });
    assertThat(registry.tryAcquire(disk, file())).isEmpty();
    assertThat(stale).exists();

    disk.failWith(call -> {});
    try (HeldLock onStale = take(stale);
        HeldLock onNew = take(file())) {
      onStale.requireValid();
      onNew.requireValid();
    }
  }

  @Test
  void aLockFileThatVanishesIsNotGranted() throws IOException {
    Files.createFile(file());
    boolean[] locked = {false};
    disk.failWith(
        call -> {
          if (call.kind() == Kind.LOCK) {
            locked[0] = true;
          } else if (locked[0]) {
            Files.deleteIfExists(file());
          }
        });
    assertThat(registry.tryAcquire(disk, file())).isEmpty();
  }

  @Test
  void aFailureAfterTheLockWasTakenReleasesIt() throws IOException {
    Files.createFile(file());
    boolean[] locked = {false};
    disk.failWith(
        call -> {
          if (call.kind() == Kind.LOCK) {
            locked[0] = true;
          } else if (locked[0]) {
            throw new IOException("Input/output error");
          }
        });
    assertThatIOException().isThrownBy(() -> registry.tryAcquire(disk, file()));
    disk.failWith(call -> {});
    take(file()).close();
  }

  private HeldLock take(Path file) throws IOException {
    Optional<HeldLock> lock = registry.tryAcquire(disk, file);
    assertThat(lock).isPresent();
    return lock.get();
  }
}
