package dev.firn.smoke.bench;

import java.util.List;

/**
 * What a benchmark found.
 *
 * @param input what it ran on, in words
 */
record Outcome(String benchmark, String input, List<Engine> engines, List<Target> targets) {
  Outcome {
    engines = List.copyOf(engines);
    targets = List.copyOf(targets);
  }
}
