package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.nio.file.Path;

/** Where a command may write what it read: nowhere in the cache, by whatever way it is reached. */
final class OutsideTheCache {
  private OutsideTheCache() {}

  /**
   * @param what the option does, for the message
   * @return the path, absolute
   * @throws UsageException if it leads into the cache, by a symbolic link too
   */
  static Path require(Session session, Path path, String what) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    if (real(absolute).startsWith(real(session.root()))) {
      throw new UsageException(absolute + " is in the cache; " + what + " anywhere else");
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
