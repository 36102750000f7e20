package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.nio.file.Path;

/** Where a command may write what it read: nowhere in the cache, by whatever way it is reached. */
final class OutsideTheCache {
  private OutsideTheCache() {}

  /**
   * @param option that names it, for the message
   * @param does what the option does
   * @return the path, absolute
   * @throws UsageException if it is empty, or leads into the cache, by a symbolic link too
   */
  static Path require(Session session, Path path, String option, String does) throws IOException {
    if (path.toString().isEmpty()) {
      throw new UsageException(option + " is empty: expected a path");
    }
    Path absolute = path.toAbsolutePath().normalize();
    if (real(absolute).startsWith(real(session.root()))) {
      throw new UsageException(
          absolute + " is in the cache; " + option + " " + does + " anywhere else");
    }
    return absolute;
  }

  /** Without symbolic links, as far as the path is there. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      Path parent = path.getParent();
      Path name = path.getFileName();
      return parent == null || name == null ? path : real(parent).resolve(name);
    }
  }
}
