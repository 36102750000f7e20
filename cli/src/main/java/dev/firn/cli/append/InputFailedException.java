package dev.firn.cli.append;

import java.io.IOException;

/** An input cannot be read any further; what was read of it before is not affected. */
final class InputFailedException extends IOException {
  InputFailedException(IOException cause) {
    super(cause);
  }

  IOException reason() {
    return getCause() instanceof IOException reason ? reason : this;
  }
}
