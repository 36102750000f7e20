package dev.firn.core.plain;

/** Something is not as Firn writes it: not wrong, but for others to read. Never leaves here. */
final class UnusualException extends Exception {
  private static final long serialVersionUID = 1;

  UnusualException(String what) {
    super(what, null, false, false);
  }

  /** Throws unless {@code usual}. */
  static void unless(boolean usual, String what) throws UnusualException {
    if (!usual) {
      throw new UnusualException(what);
    }
  }
}
