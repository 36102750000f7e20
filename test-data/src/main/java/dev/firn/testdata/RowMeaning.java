package dev.firn.testdata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Rows in a form that can be compared: what they mean, not how they are spelt. Columns that are
 * null are as if absent, numbers are equal by value, times by instant, and the order of names in an
 * object does not matter.
 */
public final class RowMeaning {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int SHORTEST_TIME = 19;
  private static final int LONGEST_TIME = 35;

  private RowMeaning() {}

  /**
   * Lines {@code {"partition":"datasets/…","row":{…}}} as sorted rows by partition.
   *
   * @throws IllegalArgumentException for a line that is no such object
   */
  public static Map<String, List<String>> parse(List<String> lines) {
    Map<String, List<String>> rows = new TreeMap<>();
    for (String line : lines) {
      JsonNode node;
      try {
        node = JSON.readTree(line);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("no JSON: " + line, e);
      }
      if (!node.path("partition").isTextual() || !node.path("row").isObject()) {
        throw new IllegalArgumentException("no partition and row: " + line);
      }
      rows.computeIfAbsent(node.path("partition").asText(), partition -> new ArrayList<>())
          .add(of(node.path("row")));
    }
    rows.values().forEach(Collections::sort);
    return rows;
  }

  /** Equal texts for two rows that mean the same. */
  public static String of(JsonNode row) {
    ObjectNode kept = NODES.objectNode();
    row.properties()
        .forEach(
            field -> {
              if (!field.getValue().isNull()) {
                kept.set(field.getKey(), field.getValue());
              }
            });
    return meaning(kept).toString();
  }

  private static JsonNode meaning(JsonNode node) {
    if (node.isObject()) {
      ObjectNode sorted = NODES.objectNode();
      TreeSet<String> names = new TreeSet<>();
      node.fieldNames().forEachRemaining(names::add);
      names.forEach(name -> sorted.set(name, meaning(node.get(name))));
      return sorted;
    }
    if (node.isArray()) {
      ArrayNode array = NODES.arrayNode();
      node.forEach(element -> array.add(meaning(element)));
      return array;
    }
    if (node.isNumber()) {
      return NODES.textNode("#" + node.decimalValue().stripTrailingZeros().toPlainString());
    }
    if (node.isTextual() && mayBeTime(node.asText())) {
      try {
        return NODES.textNode("@" + Instant.parse(node.asText()));
      } catch (DateTimeParseException e) {
        return node;
      }
    }
    return node;
  }

  private static boolean mayBeTime(String text) {
    return text.length() >= SHORTEST_TIME
        && text.length() <= LONGEST_TIME
        && text.charAt(4) == '-'
        && text.charAt(10) == 'T';
  }
}
