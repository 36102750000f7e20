package dev.firn.smoke.bench;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of {@code firn-smoke bench}.
 *
 * @param name of a benchmark, or {@code all}
 * @param check whether a missed target is a failure
 * @param scale share of the full input, for example 0.1
 * @param json where the figures are written
 */
record BenchOptions(String name, boolean check, double scale, int rounds, Optional<Path> json) {
  private static final int ROUNDS = 5;

  /**
   * @throws IllegalArgumentException naming what is wrong
   */
  static BenchOptions parse(List<String> arguments) {
    String name = "";
    boolean check = false;
    double scale = 1;
    int rounds = ROUNDS;
    Optional<Path> json = Optional.empty();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      switch (argument) {
        case "--check" -> check = true;
        case "--scale" -> scale = positive(argument, value(argument, rest));
        case "--rounds" -> rounds = (int) Math.ceil(positive(argument, value(argument, rest)));
        case "--json" -> json = Optional.of(Path.of(value(argument, rest)));
        default -> {
          if (!name.isEmpty() || argument.startsWith("-")) {
            throw new IllegalArgumentException("Unknown: " + argument);
          }
          name = argument;
        }
      }
    }
    if (!name.equals("all") && !Benchmarks.all().containsKey(name)) {
      throw new IllegalArgumentException(
          "Unknown benchmark \""
              + name
              + "\"; there are all, "
              + String.join(", ", Benchmarks.all().keySet()));
    }
    return new BenchOptions(name, check, scale, rounds, json);
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.next();
  }

  private static double positive(String option, String text) {
    try {
      double value = Double.parseDouble(text);
      if (value > 0 && value < Double.POSITIVE_INFINITY) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " needs a number, not " + text, e);
    }
    throw new IllegalArgumentException(option + " needs a number above 0, not " + text);
  }
}
