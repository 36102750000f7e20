package dev.firn.maintenance.rewrite;

import java.io.IOException;

/** The entries of one output column that one slice of one input contributes, masked and mapped. */
interface TripletSource extends AutoCloseable {
  /**
   * Replaces what the block holds by the next entries.
   *
   * @return whether there were any
   * @throws UnreadableInputException if the input is damaged
   * @throws UnsupportedRewriteException if it holds a null where the output must not
   */
  boolean fill(TripletBlock block) throws IOException;

  @Override
  void close() throws IOException;
}
