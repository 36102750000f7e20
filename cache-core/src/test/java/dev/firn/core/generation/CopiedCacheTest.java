package dev.firn.core.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.Partition;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copied cache reads its own files, though the original stands where its metadata says. */
class CopiedCacheTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"source-table-compacted", "epoch-legacy", "with-deletes"})
  void aFieldCacheWhoseMetadataNamesTheOriginalReadsOnlyTheCopy(String name) throws IOException {
    Path original = FieldCaches.unpack(name, directory.resolve("original"));
    Path copy = FieldCaches.unpack(name, directory.resolve("copy"));
    try (Stream<Path> files = Files.walk(copy)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".metadata.json")).toList()) {
        String json = Files.readString(file);
        String moved = json.replace("file:///home/dev/hyp-caches/" + name, "file://" + original);
        assertThat(moved).contains("\"file://" + original + "/datasets/");
        Files.writeString(file, moved);
      }
    }
    assertReadsOnly(copy, CacheRows.read(new LocalDisk(), original));
  }

  @Test
  void aCacheOfOursCopiedBesideItsOriginalReadsOnlyTheCopy() throws IOException {
    Path original = directory.resolve("original");
    Partition partition = TestGenerations.partition(original);
    Generation generation =
        TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, "2");
    TestGenerations.append(generation.table(), "1.parquet", TestGenerations.rows(0, 30));
    TestGenerations.append(generation.table(), "2.parquet", TestGenerations.rows(30, 50));
    Files.writeString(
        partition.cursorFile(), "{\"layout\":\"source-table\",\"tableDir\":\"table-7\"}");
    Path copy = directory.resolve("copy");
    copyTree(original, copy);

    Map<String, List<String>> rows = CacheRows.read(new LocalDisk(), original);
    assertThat(rows.get("datasets/d/source=s")).hasSize(50);
    assertReadsOnly(copy, rows);

    Map<String, String> untouched = Listing.of(original);
    Generation ofCopy = load(copy, "table-7");
    TestGenerations.append(ofCopy.table(), "3.parquet", TestGenerations.rows(50, 60));
    assertThat(Listing.of(original)).as("nor is it written").isEqualTo(untouched);
    assertThat(CacheRows.read(new LocalDisk(), copy).get("datasets/d/source=s")).hasSize(60);
    assertThat(ofCopy.table().location()).as("the recorded prefix is kept").contains("/original/");
  }

  @Test
  void aFileMissingInTheCopyIsNotTakenFromTheOriginal() throws IOException {
    Path original = directory.resolve("original");
    Partition partition = TestGenerations.partition(original);
    Generation generation =
        TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, "2");
    TestGenerations.append(generation.table(), "1.parquet", TestGenerations.rows(0, 3));
    Path copy = directory.resolve("copy");
    copyTree(original, copy);
    try (Stream<Path> files = Files.walk(copy)) {
      for (Path file : files.filter(f -> f.toString().endsWith("-m0.avro")).toList()) {
        Files.delete(file);
      }
    }
    assertThat(load(original, "table-7").liveFiles()).hasSize(1);
    assertThatThrownBy(() -> load(copy, "table-7").liveFiles()).isInstanceOf(Corrupt.class);
  }

  @Test
  void aGenerationUnderAnotherNameIsDamageAndNotFollowed() throws IOException {
    Partition partition = TestGenerations.partition(directory.resolve("original"));
    Generation generation =
        TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, "2");
    TestGenerations.append(generation.table(), "1.parquet", TestGenerations.rows(0, 3));
    copyTree(generation.directory(), partition.directory().resolve("table-8"));
    assertThatThrownBy(() -> load(directory.resolve("original"), "table-8").liveFiles())
        .isInstanceOf(Corrupt.class)
        .hasMessageContaining("table-8/metadata or table-8/data");
  }

  private void assertReadsOnly(Path copy, Map<String, List<String>> rows) throws IOException {
    RecordingDisk disk = new RecordingDisk();
    assertThat(CacheRows.read(disk, copy)).isEqualTo(rows);
    assertThat(disk.calls()).isNotEmpty().allMatch(call -> call.path().startsWith(copy));
    assertThat(disk.calls()).anyMatch(call -> call.kind() == Kind.OPEN);
    assertThat(disk.changes()).isEmpty();
  }

  private static Generation load(Path root, String name) throws IOException {
    return Generation.load(
        new LocalDisk(),
        root.resolve("datasets/d/source=s").resolve(name),
        TestGenerations.name(name));
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(path)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(path, to.resolve(from.relativize(path)));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
