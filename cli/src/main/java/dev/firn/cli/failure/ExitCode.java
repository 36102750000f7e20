package dev.firn.cli.failure;

/** What the shell is told. Declared in the order of precedence: where several apply, the first. */
public enum ExitCode {
  USAGE(2, "wrong usage or configuration: nothing was done"),
  DISK(5, "the disk refused: full, no permission, an I/O error"),
  UNREADABLE(
      3, "a partition asked for is unreadable or unsupported and was not touched; others were"),
  INCOMPLETE(
      1,
      "finished, but a partition failed, a line was left out, or damage was found; internal errors"),
  HELD(4, "every partition asked for is held by somebody else"),
  DONE(0, "done");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The one with this code. */
  public static ExitCode of(int code) {
    for (ExitCode exitCode : values()) {
      if (exitCode.code == code) {
        return exitCode;
      }
    }
    throw new AssertionError(code);
  }

  public int code() {
    return code;
  }

  /** For the help text. */
  public String meaning() {
    return meaning;
  }

  /** The one that takes precedence. */
  public ExitCode or(ExitCode other) {
    return compareTo(other) <= 0 ? this : other;
  }
}
