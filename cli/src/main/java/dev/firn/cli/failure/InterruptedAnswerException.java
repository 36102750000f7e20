package dev.firn.cli.failure;

import java.io.IOException;

/** Somebody pressed Ctrl-C, or sent SIGTERM, before an answer was whole. */
public final class InterruptedAnswerException extends IOException {
  private static final long serialVersionUID = 1;

  public InterruptedAnswerException() {
    super("interrupted; the answer is not whole");
  }
}
