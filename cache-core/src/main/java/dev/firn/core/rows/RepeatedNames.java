package dev.firn.core.rows;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Rows in which a name occurs more than once in an object, as some loggers write them. The last
 * value stands under the name. Those before it go where values go that no column takes: {@code
 * {"a":1,"a":2,"o":{"b":3,"b":4}}} becomes {@code
 * {"a":2,"o":{"b":4},"_rescued":"{\"a\":1,\"o.b\":3}"}}, the text that {@link RescuedText} takes
 * for what was rescued before. Where a name has several of them, a list holds them in their order.
 *
 * <p>Slower than Jackson's own trees, which is what all other rows are made by.
 */
final class RepeatedNames {
  private static final String RESCUED = "_rescued";

  private final ObjectReader scalars;
  private ObjectNode earlier = JsonNodeFactory.instance.objectNode();
  private final Set<String> several = new HashSet<>();

  RepeatedNames(ObjectReader scalars) {
    this.scalars = scalars;
  }

  /** The object that begins at the parser's token. */
  ObjectNode row(JsonParser parser) throws IOException {
    earlier = JsonNodeFactory.instance.objectNode();
    several.clear();
    ObjectNode row = object(parser, "");
    if (!earlier.isEmpty()) {
      JsonNode own = row.get(RESCUED);
      if (own != null) {
        add(RESCUED, own);
      }
      row.put(RESCUED, new String(JsonText.of(earlier), StandardCharsets.UTF_8));
    }
    return row;
  }

  private JsonNode value(JsonParser parser, String path) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return object(parser, path + ".");
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(value(parser, path));
      }
      return array;
    }
    return scalars.readValue(parser);
  }

  private ObjectNode object(JsonParser parser, String prefix) throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      JsonNode before = object.replace(name, value(parser, prefix + name));
      if (before != null) {
        add(prefix + name, before);
      }
    }
    return object;
  }

  private void add(String path, JsonNode value) {
    JsonNode first = earlier.get(path);
    if (first == null) {
      earlier.set(path, value);
    } else if (several.add(path)) {
      earlier.putArray(path).add(first).add(value);
    } else {
      ((ArrayNode) first).add(value);
    }
  }
}
