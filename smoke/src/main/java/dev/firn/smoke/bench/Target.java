package dev.firn.smoke.bench;

import java.util.Locale;

/**
 * A figure that is to be on one side of a bound.
 *
 * @param unit such as {@code times} or {@code MB}
 */
record Target(String what, double value, boolean atMost, double bound, String unit) {

  static Target atMost(String what, double value, double bound, String unit) {
    return new Target(what, value, true, bound, unit);
  }

  static Target atLeast(String what, double value, double bound, String unit) {
    return new Target(what, value, false, bound, unit);
  }

  /** False as well for what could not be measured. */
  boolean isMet() {
    return atMost ? value <= bound : value >= bound;
  }

  String text() {
    return String.format(
        Locale.ROOT,
        "%-6s %s: %.2f %s, at %s %s",
        isMet() ? "met" : "MISSED",
        what,
        value,
        unit,
        atMost ? "most" : "least",
        bound);
  }
}
