package dev.firn.core.append;

import java.io.IOException;

/**
 * An exchange came under an id with which another one has landed, or is held, within its window;
 * nothing of it was written. The first one is where it was. Whoever means both gives them two ids.
 */
public final class ReusedIdException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * @param where the first one is, below the root
   */
  ReusedIdException(int firstRows, String where, int rows) {
    super(
        "another exchange has come under this id: it is in %s, with %d rows; this one, with %d, says something else and was not appended"
            .formatted(where, firstRows, rows));
  }
}
