package dev.firn.core.append;

import dev.firn.core.rows.Mismatch;
import java.io.IOException;

/** An exchange was rejected because a value does not fit its column; nothing of it was written. */
public final class MismatchException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Mismatch mismatch;

  public MismatchException(Mismatch mismatch) {
    super(mismatch.toString());
    this.mismatch = mismatch;
  }

  public Mismatch mismatch() {
    return mismatch;
  }
}
