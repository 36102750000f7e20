package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What rows that were read from a table, and are appended to another one, have under the name of
 * the rescue column: the text that was written there. It goes back as it is, and not as one more
 * value to be rescued. Any other value under that name is rescued like those of other names.
 */
final class RescuedText {
  private RescuedText() {}

  /** The values, if this is exactly the text that Firn writes for them; else null. */
  static @Nullable ObjectNode parse(JsonNode value) {
    if (!(value instanceof TextNode text) || !text.textValue().startsWith("{")) {
      return null;
    }
    byte[] utf8 = text.textValue().getBytes(StandardCharsets.UTF_8);
    try {
      JsonExchange exchange = JsonExchange.parse(utf8, 0, utf8.length);
      ObjectNode values = exchange.rows().get(0);
      return !values.isEmpty() && Arrays.equals(JsonText.of(values), utf8) ? values : null;
    } catch (NotAnExchangeException e) {
      return null;
    }
  }

  /** How many values a field is that goes into the rescue column. */
  static int count(@Nullable String rescueName, String name, JsonNode value) {
    ObjectNode values = name.equals(rescueName) ? parse(value) : null;
    return values == null ? 1 : values.size();
  }
}
