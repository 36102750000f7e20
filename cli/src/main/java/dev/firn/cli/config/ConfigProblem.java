package dev.firn.cli.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param line from 1; 0 if the problem is of the file as a whole
 * @param column from 1
 * @param key the path of the key, with dots; empty if the problem is of no key
 * @param message what was found and what was expected
 */
public record ConfigProblem(int line, int column, String key, String message) {

  /** In one line, without the file. */
  @Override
  public String toString() {
    String place = line == 0 ? "" : "line " + line + ", column " + column + ": ";
    return place + (key.isEmpty() ? "" : key + ": ") + message;
  }
}
