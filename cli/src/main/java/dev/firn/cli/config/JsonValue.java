package dev.firn.cli.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value and where in the file it stands. */
sealed interface JsonValue {

  /** From 1. */
  int line();

  /** From 1. */
  int column();

  /** As it can be shown in a message. */
  String shown();

  /** An object; members in the order of the file. */
  record Members(int line, int column, Map<String, Member> members) implements JsonValue {
    public Members {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    @Override
    public String shown() {
      return "an object";
    }
  }

  /** A key, where it stands, and its value. */
  record Member(int line, int column, JsonValue value) {}

  /** An array. */
  record Elements(int line, int column, List<JsonValue> elements) implements JsonValue {
    public Elements {
      elements = List.copyOf(elements);
    }

    @Override
    public String shown() {
      return "an array";
    }
  }

  /** Text. */
  record Text(int line, int column, String text) implements JsonValue {
    @Override
    public String shown() {
      return "\"" + text + "\"";
    }
  }

  /** A number, as it is written. */
  record Number(int line, int column, String digits) implements JsonValue {
    @Override
    public String shown() {
      return digits;
    }
  }

  /** {@code true}, {@code false} or {@code null}. */
  record Word(int line, int column, String word) implements JsonValue {
    @Override
    public String shown() {
      return word;
    }
  }
}
