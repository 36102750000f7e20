package dev.firn.core.layout;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What may name a dataset, a partition key and a partition's value. Everything that becomes part of
 * a path passes here first, so that no name can lead out of the root or hide in it.
 *
 * <p>A name is 1 to 200 bytes of UTF-8 without {@code /}, {@code \}, control characters and NUL,
 * not {@code .} or {@code ..}, and does not begin with {@code .} or {@code _}, which are for files
 * that are no data. A key is besides without {@code =}, and not {@code epoch}, which names
 * generations.
 */
public final class Names {
  private static final int MAX_BYTES = 200;

  /** Begins the names of generations of one layout, so it is no partition key. */
  private static final String RESERVED_KEY = "epoch";

  private Names() {}

  /** The name itself; {@link IllegalArgumentException} with value and reason if it is none. */
  public static String requireDataset(String name) {
    return require("dataset", name, true);
  }

  /** {@code k=v/k=v} as keys and values in order; {@link IllegalArgumentException} if it is not. */
  public static Map<String, String> parseKeys(String text) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (String segment : text.split("/", -1)) {
      int equals = segment.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException(
            "partition "
                + quoted(text)
                + ": expected key=value/key=value, found "
                + quoted(segment));
      }
      String key = require("partition key", segment.substring(0, equals), true);
      if (key.equals(RESERVED_KEY)) {
        throw new IllegalArgumentException(
            "partition key \"" + RESERVED_KEY + "\" names generations");
      }
      String value = require("partition value", segment.substring(equals + 1), false);
      if (keys.put(key, value) != null) {
        throw new IllegalArgumentException(
            "partition " + quoted(text) + ": " + key + " is twice in it");
      }
    }
    return keys;
  }

  /** A name that may be any text, as messages show it: on one line, and nothing but characters. */
  public static String quoted(String name) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\n') {
        shown.append("\\n");
      } else if (Character.isISOControl(c)) {
        shown.append("\\u%04x".formatted((int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.append('"').toString();
  }

  /** True if a directory of this name can be a dataset. */
  static boolean isDataset(String name) {
    return problem(name, true).isEmpty();
  }

  /** True if a directory of this name can be a level {@code key=value} of a partition. */
  static boolean isKeyAndValue(String name) {
    int equals = name.indexOf('=');
    return equals > 0
        && !name.substring(0, equals).equals(RESERVED_KEY)
        && problem(name.substring(0, equals), true).isEmpty()
        && problem(name.substring(equals + 1), false).isEmpty();
  }

  private static String require(String what, String name, boolean strict) {
    String problem = problem(name, strict);
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(what + " " + quoted(name) + " " + problem);
    }
    return name;
  }

  private static boolean holdsForbidden(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == '\\' || c < ' ' || c == 0x7f) {
        return true;
      }
    }
    return false;
  }

  private static String problem(String name, boolean strict) {
    if (name.isEmpty()) {
      return "is empty";
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return "is longer than " + MAX_BYTES + " bytes";
    }
    if (holdsForbidden(name)) {
      return "holds a slash, a backslash or a control character";
    }
    if (name.equals(".") || name.equals("..")) {
      return "leads out of its directory";
    }
    if (strict && (name.charAt(0) == '.' || name.charAt(0) == '_')) {
      return "begins with \"" + name.charAt(0) + "\"";
    }
    if (strict && name.indexOf('=') >= 0) {
      return "holds \"=\"";
    }
    return "";
  }
}
