package dev.firn.cli.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  private static final List<String> NAMES =
      List.of(
          "libduckdb_java.so_linux_amd64",
          "libduckdb_java.so_linux_arm64",
          "libduckdb_java.so_osx_universal");

  @TempDir Path home;
  private Path jar;

  @BeforeEach
  void makeJar() throws IOException {
    jar = jar("the library");
  }

  private Path jar(String content) throws IOException {
    Path file = home.resolve(content.hashCode() + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
      for (String name : NAMES) {
        out.putNextEntry(new JarEntry(name));
        out.write(content.getBytes());
      }
    }
    return file;
  }

  private Path find(RecordingDisk disk, Path from) throws IOException {
    try (JarFile file = new JarFile(from.toFile())) {
      return new NativeLibrary(disk).find(file, home).orElseThrow();
    }
  }

  @Test
  void itIsUnpackedOnce() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    Path library = find(disk, jar);
    disk.forget();

    assertThat(find(disk, jar)).isEqualTo(library).hasContent("the library");
    assertThat(disk.changes()).isEmpty();
    try (Stream<Path> files = Files.list(library.getParent())) {
      assertThat(files).containsExactly(library);
    }
  }

  @Test
  void anotherVersionHasAnotherPlace() throws IOException {
    RecordingDisk disk = new RecordingDisk();

    assertThat(find(disk, jar("another one")))
        .isNotEqualTo(find(disk, jar))
        .hasContent("another one");
  }

  @Test
  void whatWasCutIsUnpackedAnew() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    Path library = find(disk, jar);
    Files.writeString(library, "the");

    assertThat(find(disk, jar)).hasContent("the library");
  }

  @Test
  void whoeverIsKilledOnTheWayLeavesNoPartUnderItsName() throws IOException {
    for (int steps = 0; steps < 8; steps++) {
      RecordingDisk disk = new RecordingDisk();
      disk.killAfter(steps);
      try {
        find(disk, jar);
      } catch (RecordingDisk.Killed e) {
        assertThat(find(new RecordingDisk(), jar)).hasContent("the library");
      }
    }
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    disk.failWith(
        call -> {
          if (call.kind() == RecordingDisk.Kind.SYNC) {
            throw new IOException("No space left on device");
          }
        });

    assertThatThrownBy(() -> find(disk, jar)).hasMessageContaining("No space");
    try (Stream<Path> files = Files.walk(home.resolve(".firn"))) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void aJarWithoutOneForThisMachineHasNone() throws IOException {
    Path empty = home.resolve("empty.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(empty))) {
      out.putNextEntry(new JarEntry("x"));
    }
    try (JarFile file = new JarFile(empty.toFile())) {
      assertThat(new NativeLibrary(new LocalDisk()).find(file, home)).isEmpty();
    }
  }
}
