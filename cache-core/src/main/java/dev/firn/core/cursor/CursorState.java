package dev.firn.core.cursor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** What reading a cursor can find. Absent is not unreadable. */
public sealed interface CursorState {

  /**
   * A valid cursor.
   *
   * @param bytes the file as it was read, to see later whether it has changed
   */
  record Present(Cursor cursor, byte[] bytes) implements CursorState {
    public Present {
      bytes = bytes.clone();
    }

    @Override
    public byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Present present && Arrays.equals(bytes, present.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** There is no such file. */
  record Absent() implements CursorState {}

  /** It is there, or something is, and it cannot be trusted: nothing may be done on its word. */
  record Unreadable(Path file, String reason, boolean unsupported) implements CursorState {
    public Unreadable {
      Objects.requireNonNull(file);
    }
  }
}
