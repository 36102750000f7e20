package dev.firn.core.rows;

import java.util.regex.Pattern;

/** What is wrong with JSON, as Jackson says it, without its remarks on itself. */
public final class JsonProblem {
  /** Of what is read from bytes it does not know the name, and places are said elsewhere. */
  private static final Pattern SOURCE =
      Pattern.compile(" \\([^()]*\\[Source: [^\\]]*\\]\\)|\\[Source: [^\\]]*\\]");

  /** How a program would switch off what it asks for. */
  private static final Pattern FEATURE = Pattern.compile(": enable `JsonReadFeature.*");

  private JsonProblem() {}

  /** The sentence without them. */
  public static String plain(String message) {
    return FEATURE.matcher(SOURCE.matcher(message).replaceAll("")).replaceFirst("");
  }
}
