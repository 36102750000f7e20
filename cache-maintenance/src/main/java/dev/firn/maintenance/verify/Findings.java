package dev.firn.maintenance.verify;

import dev.firn.core.CacheException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/** Collects what is found in one place of a cache. */
final class Findings {
  private final Function<Path, String> relative;
  private final List<Finding> found = new ArrayList<>();

  /**
   * @param relative a path as reports show it
   */
  Findings(Function<Path, String> relative) {
    this.relative = relative;
  }

  void add(
      Severity severity,
      Path path,
      String expected,
      String what,
      String consequence,
      String advice,
      OptionalLong rows) {
    found.add(
        new Finding(severity, relative.apply(path), what, expected, consequence, advice, rows));
  }

  void damage(Path path, String expected, String what, String consequence, String advice) {
    add(Severity.DAMAGE, path, expected, what, consequence, advice, OptionalLong.empty());
  }

  void warning(Path path, String expected, String what, String consequence, String advice) {
    add(Severity.WARNING, path, expected, what, consequence, advice, OptionalLong.of(0));
  }

  void note(Path path, String what, String consequence) {
    add(Severity.NOTE, path, "", what, consequence, "", OptionalLong.of(0));
  }

  /** True if there is more than notes. */
  boolean hasTrouble() {
    return found.stream().anyMatch(finding -> finding.severity() != Severity.NOTE);
  }

  /** What went wrong at the bottom of an exception, without the classes that it came through. */
  static String why(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    boolean speaks = root instanceof CacheException || root.getClass() == IOException.class;
    return root.getMessage() == null || !(speaks || root.getMessage().contains(" "))
        ? root.toString()
        : root.getMessage();
  }

  /** The worst first, else as they were found. */
  List<Finding> sorted() {
    return found.stream().sorted(Comparator.comparing(Finding::severity)).toList();
  }
}
