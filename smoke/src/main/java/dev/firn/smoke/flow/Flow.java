package dev.firn.smoke.flow;

import java.io.IOException;

/**
 * One thing that people do with a cache, from its beginning to its end.
 *
 * @param name as in {@code firn-smoke run NAME}
 * @param story what it shows, in a sentence
 */
record Flow(String name, String story, Steps steps) {

  /** What is done, and what must be true after each step. */
  interface Steps {
    /**
     * @throws FlowFailure if something is not as it has to be
     */
    void run(Stage stage) throws IOException;
  }
}
