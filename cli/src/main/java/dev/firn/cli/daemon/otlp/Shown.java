package dev.firn.cli.daemon.otlp;

/** Values as messages show them: their beginning. */
final class Shown {
  private static final int CHARACTERS = 60;

  private Shown() {}

  static String of(String text) {
    int end = Math.min(text.length(), CHARACTERS);
    return text.substring(0, end) + (end < text.length() ? "…" : "");
  }
}
