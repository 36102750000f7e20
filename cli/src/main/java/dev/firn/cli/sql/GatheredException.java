package dev.firn.cli.sql;

import java.io.IOException;
import java.sql.SQLException;

/**
 * The engine cannot read what was gathered from small files. Which of them is to blame it says when
 * it reads the cache's own.
 */
final class GatheredException extends IOException {
  private static final long serialVersionUID = 1;

  private GatheredException(String message, SQLException cause) {
    super("what was gathered from small files cannot be read: " + message, cause);
  }

  /** Throws if an error of the engine tells of a file in the scratch directory. */
  static void throwIfNamed(Scratch scratch, SQLException error) throws GatheredException {
    String message = SqlEngine.message(error);
    if (scratch.isNamedIn(message)) {
      throw new GatheredException(message, error);
    }
  }
}
