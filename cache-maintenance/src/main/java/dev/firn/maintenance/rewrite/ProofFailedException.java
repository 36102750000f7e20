package dev.firn.maintenance.rewrite;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What was written is not what was read: the outputs must not be used. */
public final class ProofFailedException extends IOException {
  private static final long serialVersionUID = 1;

  ProofFailedException(String file, String subject, Object expected, Object found) {
    this(file, subject + ": expected " + expected + ", found " + found, (Throwable) null);
  }

  ProofFailedException(String file, String problem, @Nullable Throwable cause) {
    super("Proof failed: " + problem + " (file " + file + ")", cause);
  }
}
