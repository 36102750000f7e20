package dev.firn.cli.duckdb;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/**
 * The driver's native library as a file of the user, unpacked once for all processes: {@code
 * <home>/.firn/native/duckdb-<checksum>-<bytes>/libduckdb_java.so}.
 *
 * <p>It is written aside, synced, and renamed when it is whole; so whatever is killed, what has the
 * name is the library. Another version has another checksum and another directory. Two processes
 * that unpack at once both rename the same bytes.
 */
final class NativeLibrary {
  private static final String NAME = "libduckdb_java.so";
  private static final int CHUNK_BYTES = 1 << 20;

  private final Disk disk;

  NativeLibrary(Disk disk) {
    this.disk = disk;
  }

  /**
   * Where it is. Empty if the jar has none for this machine.
   *
   * @throws IOException if it cannot be written
   */
  Optional<Path> find(JarFile jar, Path home) throws IOException {
    ZipEntry entry = jar.getEntry(resource());
    if (entry == null) {
      return Optional.empty();
    }
    Path parent = home.resolve(".firn").resolve("native");
    Path directory =
        parent.resolve(
            String.format(Locale.ROOT, "duckdb-%08x-%d", entry.getCrc(), entry.getSize()));
    Path library = directory.resolve(NAME);
    long size = disk.stat(library).filter(FileStat::isFile).map(FileStat::sizeBytes).orElse(-1L);
    if (size != entry.getSize()) {
      ensure(home.resolve(".firn"));
      ensure(parent);
      ensure(directory);
      unpack(jar, entry, library);
    }
    return Optional.of(library);
  }

  private void ensure(Path directory) throws IOException {
    if (disk.stat(directory).isEmpty()) {
      try {
        disk.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        return; // another process was first
      }
    }
  }

  private void unpack(JarFile jar, ZipEntry entry, Path library) throws IOException {
    Path aside = library.resolveSibling(NAME + "." + UUID.randomUUID());
    try {
      CRC32 checksum = new CRC32();
      try (InputStream in = jar.getInputStream(entry);
          DiskOutput out = disk.create(aside)) {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          checksum.update(chunk, 0, read);
          out.write(chunk, 0, read);
        }
        out.sync();
      }
      if (checksum.getValue() != entry.getCrc()) {
        throw new IOException(jar.getName() + ": " + entry.getName() + " is damaged");
      }
      disk.rename(aside, library);
    } catch (IOException e) {
      if (disk.stat(aside).isPresent()) {
        disk.delete(aside);
      }
      throw e;
    }
  }

  /** As the driver names it. */
  private static String resource() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (system.startsWith("mac")) {
      return "libduckdb_java.so_osx_universal";
    }
    return "libduckdb_java.so_"
        + (system.startsWith("linux") ? "linux" : system)
        + "_"
        + switch (machine) {
          case "x86_64", "amd64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          default -> machine;
        };
  }
}
