package dev.firn.cli.failure;

import java.io.IOException;

/** Whoever read our results has seen enough: {@code | head}. Not an error. */
public final class OutputClosedException extends IOException {
  public OutputClosedException(IOException cause) {
    super("nobody reads the output any more", cause);
  }
}
