package dev.firn.maintenance.rewrite;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An input file is damaged: no footer, another number of rows than the table says, a page that
 * fails its checksum or does not decode. Never thrown for what goes wrong with an output.
 */
public final class UnreadableInputException extends IOException {
  private static final long serialVersionUID = 1;

  private final String input;

  UnreadableInputException(String input, String problem) {
    this(input, problem, null);
  }

  public UnreadableInputException(String input, String problem, @Nullable Throwable cause) {
    super(problem + " (file " + input + ")", cause);
    this.input = input;
  }

  /** The name of the file, as it was given. */
  public String input() {
    return input;
  }
}
