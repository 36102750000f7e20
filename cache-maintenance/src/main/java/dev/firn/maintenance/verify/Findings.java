package dev.firn.maintenance.verify;

import dev.firn.core.layout.CacheDirectory;
import java.io.EOFException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** Collects what is found in one place of a cache. */
final class Findings {
  private static final int MAX_LENGTH = 300;

  private final CacheDirectory cache;
  private final List<Finding> found = new ArrayList<>();

  Findings(CacheDirectory cache) {
    this.cache = cache;
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
        new Finding(
            severity,
            cache.relative(path),
            plain(what),
            plain(expected),
            consequence,
            advice,
            rows));
  }

  /** On one line, not too long, and with paths as reports show them. */
  private String plain(String text) {
    String line = text.replace(cache.root() + "/", "").strip().replaceAll("\\s+", " ");
    return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line;
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

  /** {@code 1 file}, {@code 2 files}. */
  static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  boolean hasDamage() {
    return found.stream().anyMatch(finding -> finding.severity() == Severity.DAMAGE);
  }

  /** What went wrong at the bottom of an exception, without the classes that it came through. */
  static String why(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    if (root instanceof NoSuchFileException) {
      return "nothing";
    }
    if (root instanceof EOFException) {
      return message == null ? "it ends too early" : "it ends too early: " + message;
    }
    if (root instanceof OutOfMemoryError) {
      return "a size that does not fit into memory (" + message + "): damaged, or Java needs more";
    }
    if (message == null) {
      return root.toString();
    }
    int struct = message.indexOf("! Struct:"); // Thrift's, with an address in memory
    return struct < 0 ? message : message.substring(0, struct);
  }

  /** The worst first, else as they were found. */
  List<Finding> sorted() {
    return found.stream().sorted(Comparator.comparing(Finding::severity)).toList();
  }
}
