package dev.firn.core.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.UnsupportedFileSystem;
import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileSystemCheckTest {
  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  @ParameterizedTest
  @CsvSource({
    "ext4, LOCAL",
    "xfs, LOCAL",
    "apfs, LOCAL",
    "overlay, LOCAL",
    "tmpfs, LOCAL",
    "nfs, NETWORK",
    "nfs4, NETWORK",
    "cifs, NETWORK",
    "smb2, NETWORK",
    "smb3, NETWORK",
    "smbfs, NETWORK",
    "9p, NETWORK",
    "sshfs, NETWORK",
    "fuse.sshfs, NETWORK",
    "fuse, USER_SPACE",
    "FUSE, USER_SPACE",
    "fuseblk, USER_SPACE",
    "fuse.s3fs, USER_SPACE",
    "macfuse, USER_SPACE",
    "fuse.fuse-overlayfs, UNKNOWN",
    "vfat, UNKNOWN",
    "'', UNKNOWN"
  })
  void theNameTellsWhatIsKnown(String name, FileSystemType type) {
    assertThat(FileSystemType.of(name)).isEqualTo(type);
  }

  @Test
  void hereTheOperatingSystemTellsAndTheCheckPassesWithoutWriting() throws IOException {
    assertThat(new LocalDisk().fileSystem(directory)).isNotEmpty();

    disk.pretendFileSystem("ext4");
    new FileSystemCheck(disk).require(directory.resolve("not/there/yet"));
    assertThat(disk.changes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nfs4", "cifs", "fuse.sshfs", "fuseblk", "9p"})
  void appendsAreRefusedByNameBeforeAnythingIsWritten(String type) throws IOException {
    Path root = directory.resolve("not/there");
    disk.pretendFileSystem(type);

    try (Cache cache = Appends.open(disk, root)) {
      assertThatThrownBy(() -> Appends.writer(cache).append(Appends.exchange("a", 2)))
          .isInstanceOf(UnsupportedFileSystem.class)
          .hasMessageContaining(directory + ": no cache can be written on " + type);
    }
    assertThat(directory).isEmptyDirectory();
    assertThat(disk.changes()).isEmpty();
  }

  @Test
  void aCacheThatIsThereIsReadAndNotAppendedTo() throws IOException {
    Path root = directory.resolve("cache");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 2));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    disk.pretendFileSystem("nfs4");
    var before = Listing.of(root);

    try (Cache cache = Appends.open(disk, root)) {
      assertThatThrownBy(() -> Appends.writer(cache).append(Appends.exchange("b", 2)))
          .isInstanceOf(UnsupportedFileSystem.class);
    }
    assertThat(Appends.keys(disk, root)).containsExactly("a/0", "a/1");
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "LINK, hard links (Operation not supported)",
    "RENAME, atomic renames (",
    "LOCK, locks (No locks available)",
    "SYNC_DIRECTORY, syncs of directories (Invalid argument)"
  })
  void whatIsOfAnotherTypeIsTriedAndRefusedForWhatItLacks(Kind kind, String named)
      throws IOException {
    disk.pretendFileSystem("vfat");
    disk.failWith(
        call -> {
          if (call.kind() == kind) {
            switch (kind) {
              case LINK -> throw new FileSystemException("x", "y", "Operation not supported");
              case RENAME -> throw new AtomicMoveNotSupportedException("x", "y", "no");
              case LOCK -> throw new IOException("No locks available");
              default -> throw new FileSystemException("x", null, "Invalid argument");
            }
          }
        });

    assertThatThrownBy(() -> new FileSystemCheck(disk).require(directory))
        .isInstanceOf(UnsupportedFileSystem.class)
        .hasMessageContaining("on vfat, without ")
        .hasMessageContaining(named);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatIsOfAnotherTypeAndHasEverythingIsTriedOnceAndTakesAppends() throws Exception {
    disk.pretendFileSystem("newfs");
    FileSystemCheck check = new FileSystemCheck(disk);

    check.require(directory);
    int tried = disk.changes().size();
    check.require(directory);

    assertThat(tried).isPositive();
    assertThat(disk.changes()).hasSize(tried);
    assertThat(directory).isEmptyDirectory();
    try (Cache cache = Appends.open(disk, directory.resolve("cache"))) {
      Appends.writer(cache).append(Appends.exchange("a", 1));
    }
    assertThat(Appends.keys(disk, directory.resolve("cache"))).containsExactly("a/0");
  }

  @Test
  void aDiskThatIsFullSaysNothingAboutTheFileSystem() {
    disk.pretendFileSystem("newfs");
    disk.failWith(
        call -> {
          if (call.kind() == Kind.LINK) {
            throw new FileSystemException("x", "y", "No space left on device");
          }
        });

    assertThatIOException()
        .isThrownBy(() -> new FileSystemCheck(disk).require(directory))
        .isNotInstanceOf(UnsupportedFileSystem.class)
        .withMessageContaining("No space left");
    assertThat(directory).isEmptyDirectory();
  }
}
