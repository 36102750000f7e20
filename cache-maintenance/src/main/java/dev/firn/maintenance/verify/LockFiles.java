package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files that locks are taken on. They are looked at and never opened: closing any descriptor of one
 * would drop the locks that this process holds on it.
 */
final class LockFiles {
  private LockFiles() {}

  static void check(Disk disk, Path file, Findings findings) throws IOException {
    Optional<FileStat> stat = disk.stat(file);
    if (stat.isPresent() && !stat.get().isFile()) {
      findings.damage(
          file,
          "a regular file, or none",
          "a " + stat.get().kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
          "no lock can be taken: nothing is appended or maintained there",
          "move it away; a lock file is made again when it is needed");
    } else if (stat.isPresent() && stat.get().sizeBytes() > 0) {
      findings.note(file, stat.get().sizeBytes() + " bytes in a lock file", "none: never read");
    }
  }
}
