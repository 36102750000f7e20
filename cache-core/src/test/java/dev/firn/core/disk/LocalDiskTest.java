package dev.firn.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskTest {
  @TempDir Path directory;
  private final LocalDisk disk = new LocalDisk();

  @Test
  void statTellsWhatStandsThereAndFollowsNoLink() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "12345");
    Path sub = Files.createDirectory(directory.resolve("sub"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), sub);
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    Path second = Files.createLink(directory.resolve("second"), file);

    FileStat stat = disk.stat(file).orElseThrow();
    assertThat(stat.kind()).isEqualTo(FileStat.Kind.FILE);
    assertThat(stat.sizeBytes()).isEqualTo(5);
    assertThat(stat.names()).isEqualTo(2);
    assertThat(stat.modified()).isEqualTo(Files.getLastModifiedTime(file).toInstant());
    assertThat(disk.stat(second).orElseThrow().identity()).isEqualTo(stat.identity());
    assertThat(disk.stat(sub).orElseThrow().kind()).isEqualTo(FileStat.Kind.DIRECTORY);
    assertThat(disk.stat(sub).orElseThrow().sizeBytes()).isZero();
    assertThat(disk.stat(link).orElseThrow().kind()).isEqualTo(FileStat.Kind.SYMBOLIC_LINK);
    assertThat(disk.stat(dangling).orElseThrow().kind()).isEqualTo(FileStat.Kind.SYMBOLIC_LINK);
    assertThat(disk.stat(sub).orElseThrow().identity()).isNotEqualTo(stat.identity());
    assertThat(disk.stat(directory.resolve("absent"))).isEmpty();
    assertThat(disk.stat(file.resolve("below-a-file"))).isEmpty();
  }

  @Test
  void shorterQuestionsAreAnsweredAsStatWouldAndADanglingLinkIsNotSeen() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "12345");
    Path sub = Files.createDirectory(directory.resolve("sub"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    Path absent = directory.resolve("absent");

    for (Path path : new Path[] {file, sub, link, dangling, absent, file.resolve("below")}) {
      assertThat(disk.identity(path)).isEqualTo(disk.stat(path).map(FileStat::identity));
      assertThat(disk.exists(path))
          .as(path.toString())
          .isEqualTo(disk.stat(path).isPresent() && !path.equals(dangling));
    }
    assertThat(disk.identity(link)).isNotEqualTo(disk.identity(file));
  }

  @Test
  void listGivesSortedNamesAndFollowsNoLink() throws IOException {
    Path sub = Files.createDirectory(directory.resolve("sub"));
    for (String name : new String[] {"b", "a", ".c", "B"}) {
      Files.createFile(sub.resolve(name));
    }
    assertThat(disk.list(sub)).containsExactly(".c", "B", "a", "b");
    assertThatThrownBy(() -> disk.list(directory.resolve("absent")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatIOException().isThrownBy(() -> disk.list(sub.resolve("a")));
    Path link = Files.createSymbolicLink(directory.resolve("link"), sub);
    assertThatIOException().isThrownBy(() -> disk.list(link));
    assertThat(disk.list(link.resolve("../sub"))).as("above it they may").hasSize(4);
  }

  @Test
  void createAndLinkNeverOverwrite() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    Path other = Files.writeString(directory.resolve("other"), "other");
    assertThatThrownBy(() -> disk.create(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> disk.link(other, file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> disk.createDirectory(file))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> disk.createDirectory(directory.resolve("no/parent")))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(file).hasContent("old");
  }

  @Test
  void deleteRemovesOneNameOnly() throws IOException {
    Path sub = Files.createDirectory(directory.resolve("sub"));
    Path file = Files.writeString(sub.resolve("file"), "kept");
    Path link = Files.createSymbolicLink(directory.resolve("link"), sub);
    assertThatThrownBy(() -> disk.delete(sub)).isInstanceOf(DirectoryNotEmptyException.class);
    disk.delete(link);
    assertThat(file).hasContent("kept");
    assertThat(link).doesNotExist();
    assertThatThrownBy(() -> disk.delete(link)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void renameReplacesAFileAndNeverAFullDirectory() throws IOException {
    Path a = Files.writeString(directory.resolve("a"), "a");
    Path b = Files.writeString(directory.resolve("b"), "b");
    disk.rename(a, b);
    assertThat(b).hasContent("a");
    Path from = Files.createDirectory(directory.resolve("from"));
    Path to = Files.createDirectory(directory.resolve("to"));
    Files.createFile(to.resolve("kept"));
    assertThatIOException().isThrownBy(() -> disk.rename(from, to));
    assertThat(to.resolve("kept")).exists();
    assertThat(from).isDirectory();
  }

  /** The JDK copies heap buffers through direct ones of the same size and keeps those (I7). */
  @Test
  void bigReadsAndWritesNeedNoBigDirectBuffer() throws Exception {
    byte[] big = new byte[48 << 20];
    long[] grown = new long[1];
    Throwable[] failure = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                long before = directBytes();
                Path file = directory.resolve("big");
                try (DiskOutput output = disk.create(file)) {
                  output.write(big, 0, big.length);
                  assertThat(output.position()).isEqualTo(big.length);
                }
                try (DiskInput input = disk.open(file)) {
                  ByteBuffer target = ByteBuffer.wrap(big);
                  while (target.hasRemaining()) {
                    assertThat(input.read(target, target.position())).isPositive();
                  }
                  assertThat(input.read(ByteBuffer.allocate(1), big.length)).isEqualTo(-1);
                }
                grown[0] = directBytes() - before;
              } catch (Throwable e) {
                failure[0] = e;
              }
            });
    thread.start();
    thread.join();
    assertThat(failure[0]).isNull();
    assertThat(grown[0]).isLessThan(8 << 20);
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
