package dev.firn.core.plain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON, and what may be asked of its members. Values are text, whole numbers that a
 * long holds, true, false, null, lists and objects; a fraction, a member that is there twice or
 * anything after the object is unusual.
 */
final class PlainJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, @Nullable Object> members;

  private PlainJson(Map<String, @Nullable Object> members) {
    this.members = members;
  }

  static PlainJson parse(byte[] document) throws IOException, UnusualException {
    try (JsonParser parser = FACTORY.createParser(document)) {
      parser.nextToken();
      Object value = value(parser);
      UnusualException.unless(parser.nextToken() == null, "more after the document");
      return object(value, "the document");
    }
  }

  private static @Nullable Object value(JsonParser parser) throws IOException, UnusualException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        Object value = value(parser);
        UnusualException.unless(!members.containsKey(name), "a member that is there twice");
        members.put(name, value);
      }
      return new PlainJson(members);
    }
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> elements = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(parser));
      }
      return elements;
    }
    if (token == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return parser.getLongValue();
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE;
    }
    UnusualException.unless(token == JsonToken.VALUE_NULL, "a fraction");
    return null;
  }

  static PlainJson object(@Nullable Object value, String what) throws UnusualException {
    if (value instanceof PlainJson object) {
      return object;
    }
    throw new UnusualException(what);
  }

  Set<String> names() {
    return members.keySet();
  }

  /** Everything that is there has one of these names. */
  void requireOnly(Set<String> names) throws UnusualException {
    UnusualException.unless(names.containsAll(members.keySet()), "another member");
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  @Nullable Object get(String name) {
    return members.get(name);
  }

  String text(String name) throws UnusualException {
    if (members.get(name) instanceof String text) {
      return text;
    }
    throw new UnusualException(name);
  }

  long number(String name) throws UnusualException {
    if (members.get(name) instanceof Long number) {
      return number;
    }
    throw new UnusualException(name);
  }

  /** A whole number that an int holds. */
  int small(String name) throws UnusualException {
    long number = number(name);
    UnusualException.unless(number == (int) number, name);
    return (int) number;
  }

  PlainJson object(String name) throws UnusualException {
    return object(members.get(name), name);
  }

  List<PlainJson> objects(String name) throws UnusualException {
    List<PlainJson> objects = new ArrayList<>();
    if (!(members.get(name) instanceof List<?> elements)) {
      throw new UnusualException(name);
    }
    for (Object element : elements) {
      objects.add(object(element, name));
    }
    return objects;
  }

  /** A list of whole numbers, each of which an int holds. */
  void requireSmalls(String name) throws UnusualException {
    if (!(members.get(name) instanceof List<?> elements)) {
      throw new UnusualException(name);
    }
    for (Object element : elements) {
      UnusualException.unless(
          element instanceof Long number && number.longValue() == number.intValue(), name);
    }
  }

  /** All members, each of which is text. */
  void requireTexts() throws UnusualException {
    for (Object value : members.values()) {
      UnusualException.unless(value instanceof String, "a member that is no text");
    }
  }
}
