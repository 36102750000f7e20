package dev.firn.core.cursor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;

/** Cursor files kept beside this class: {@code valid/} and {@code invalid/}. */
final class GoldenCursors {
  /** Stands for the file in messages. */
  static final Path FILE = Path.of("/cache/datasets/d/source=s/cursor.json");

  private GoldenCursors() {}

  static byte[] bytes(String path) {
    try (InputStream golden =
        Objects.requireNonNull(GoldenCursors.class.getResourceAsStream(path), path)) {
      return golden.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Cursor valid(String name) throws IOException {
    return CursorCodec.parse(FILE, bytes("valid/" + name + ".json"));
  }
}
