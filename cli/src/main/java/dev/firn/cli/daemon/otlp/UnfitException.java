package dev.firn.cli.daemon.otlp;

import java.io.IOException;

/** A record that is well framed and yet cannot be a row; the records beside it can. */
final class UnfitException extends IOException {
  UnfitException(String message) {
    super(message);
  }
}
