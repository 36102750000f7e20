package dev.firn.smoke.flow;

/** Something is not as it has to be: what was done, what was expected, what was found. */
final class FlowFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  FlowFailure(String message) {
    super(message);
  }
}
