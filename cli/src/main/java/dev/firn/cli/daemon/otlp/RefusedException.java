package dev.firn.cli.daemon.otlp;

/** A request of which nothing can be taken, and which is not to be repeated as it is. */
final class RefusedException extends Exception {
  private final int status;

  RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Of HTTP. */
  int status() {
    return status;
  }
}
