package dev.firn.core.rows;

import java.io.IOException;

/** A table has a column of another type than its dataset's declaration; nothing was written. */
public final class SchemaConflictException extends IOException {
  private static final long serialVersionUID = 1;

  SchemaConflictException(String message) {
    super(message);
  }
}
