package dev.firn.maintenance.rewrite;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The entries of one output column of some slices, one after the other. */
final class BatchColumn implements TripletSource {
  private final int slices;
  private final Opener opener;
  private int next;
  private @Nullable TripletSource current;

  /** Opens the entries of a slice by its number. */
  @FunctionalInterface
  interface Opener {
    TripletSource open(int slice) throws IOException;
  }

  BatchColumn(int slices, Opener opener) {
    this.slices = slices;
    this.opener = opener;
  }

  @Override
  public boolean fill(TripletBlock block) throws IOException {
    while (true) {
      if (current == null) {
        if (next == slices) {
          return false;
        }
        current = opener.open(next++);
      }
      if (current.fill(block)) {
        return true;
      }
      close();
    }
  }

  @Override
  public void close() throws IOException {
    if (current != null) {
      TripletSource closing = current;
      current = null;
      closing.close();
    }
  }
}
