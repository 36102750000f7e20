package dev.firn.cli.query;

import java.util.HashSet;
import java.util.Set;

/** A set of numbers from 1 on that has hardly any gaps. */
final class LandedNumbers {
  private long upTo;
  private final Set<Long> beyond = new HashSet<>();

  /** All numbers from 1 to {@code upTo}. */
  LandedNumbers(long upTo) {
    this.upTo = upTo;
  }

  /** False if it was there before. */
  boolean add(long number) {
    if (number <= upTo || !beyond.add(number)) {
      return false;
    }
    while (beyond.remove(upTo + 1)) {
      upTo++;
    }
    return true;
  }
}
