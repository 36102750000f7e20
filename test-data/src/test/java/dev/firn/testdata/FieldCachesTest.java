package dev.firn.testdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FieldCachesTest {
  /** One file or directory: its size (-1 for a directory) and its modification time. */
  private record Entry(long bytes, FileTime modified) {}

  @TempDir Path dir;

  @Test
  void namesAreTheDirectoriesOfTheArchive() throws IOException {
    assertThat(FieldCaches.names())
        .hasSize(10)
        .containsExactlyInAnyOrderElementsOf(
            archived("").entrySet().stream()
                .filter(e -> e.getValue().bytes() < 0)
                .map(Map.Entry::getKey)
                .filter(path -> !path.isEmpty() && !path.contains("/"))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("dev.firn.testdata.FieldCaches#names")
  void unpackedCaseHasTheSizesAndTimesOfTheArchive(String name) throws IOException {
    Path root = FieldCaches.unpack(name, dir.resolve("not/yet/there"));

    assertThat(root).isEqualTo(dir.resolve("not/yet/there").resolve(name));
    Map<String, Entry> unpacked = listed(root, name);
    assertThat(unpacked).isEqualTo(archived(name));
    assertThat(unpacked.values()).anyMatch(entry -> entry.bytes() > 0);
    assertThat(root.resolve("datasets")).isDirectory();
  }

  @ParameterizedTest
  @MethodSource("dev.firn.testdata.FieldCaches#names")
  void everyCaseSaysWhatIsInIt(String name) {
    assertThat(FieldCaches.expectedJson(name)).startsWith("{").contains("\"partitions\"");
    assertThat(FieldCaches.rowLines(name))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith("{\"partition\":").endsWith("}"));
  }

  @Test
  void unknownNameIsRefusedWithTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FieldCaches.unpack("../sorted", dir))
        .withMessageContaining("\"../sorted\"")
        .withMessageContaining("epoch-legacy, with-deletes");
    assertThatIllegalArgumentException().isThrownBy(() -> FieldCaches.expectedJson(""));
    assertThatIllegalArgumentException().isThrownBy(() -> FieldCaches.rowLines("Sorted"));
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void whatStandsAtTheTargetIsNotTouched() throws IOException {
    Path root = FieldCaches.unpack("sorted", dir);
    Map<String, Entry> before = listed(root, "sorted");

    assertThatThrownBy(() -> FieldCaches.unpack("sorted", dir))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(listed(root, "sorted")).isEqualTo(before);
  }

  @Test
  void linksAndPathsThatLeaveTheCaseAreRefused() throws IOException {
    TarArchiveEntry link = new TarArchiveEntry("sorted/link", TarConstants.LF_SYMLINK);
    TarArchiveEntry hardLink = new TarArchiveEntry("sorted/link", TarConstants.LF_LINK);
    TarArchiveEntry file = new TarArchiveEntry("sorted/a/../../b");

    assertThatIOException().isThrownBy(() -> FieldCaches.ARCHIVE.targetBelow(dir, "/link", link));
    assertThatIOException()
        .isThrownBy(() -> FieldCaches.ARCHIVE.targetBelow(dir, "/link", hardLink));
    assertThatIOException()
        .isThrownBy(() -> FieldCaches.ARCHIVE.targetBelow(dir, "/a/../../b", file));
    assertThat(FieldCaches.ARCHIVE.targetBelow(dir, "/a/b", file)).isEqualTo(dir.resolve("a/b"));
  }

  /** What the archive holds at and below a case; of the whole archive if the case is empty. */
  private static Map<String, Entry> archived(String name) throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    try (TarArchiveInputStream tar = FieldCaches.ARCHIVE.open()) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        String path = CacheArchive.pathOf(e);
        if (name.isEmpty() || path.equals(name) || path.startsWith(name + "/")) {
          entries.put(path, new Entry(e.isDirectory() ? -1 : e.getSize(), e.getLastModifiedTime()));
        }
      }
    }
    return entries;
  }

  private static Map<String, Entry> listed(Path root, String name) throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        String below = path.equals(root) ? "" : "/" + root.relativize(path);
        long bytes = Files.isDirectory(path) ? -1 : Files.size(path);
        entries.put(name + below, new Entry(bytes, Files.getLastModifiedTime(path)));
      }
    }
    return entries;
  }
}
