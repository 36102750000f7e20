package dev.firn.core.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Texts of a JSON tree. */
final class JsonText {
  private static final int SHOWN_CHARACTERS = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamWriteConstraints(
                      StreamWriteConstraints.builder()
                          // A rescued value lies one level deeper.
                          .maxNestingDepth(JsonExchange.MAX_DEPTH + 1)
                          .build())
                  .build())
          .build();

  private static final ObjectWriter PLAIN =
      MAPPER.writer().with(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
  private static final ObjectWriter ESCAPED =
      MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private JsonText() {}

  /**
   * Compact JSON in UTF-8. Half a surrogate pair has no UTF-8; a tree with one is written in ASCII,
   * everything else escaped.
   */
  static byte[] of(JsonNode node) {
    try {
      return PLAIN.writeValueAsBytes(node);
    } catch (JsonProcessingException halfPair) {
      try {
        return ESCAPED.writeValueAsBytes(node);
      } catch (JsonProcessingException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** The beginning of its JSON, for a message. */
  static String shortened(JsonNode node) {
    String text =
        node.isTextual() && node.textValue().length() > SHOWN_CHARACTERS
            ? '"' + node.textValue().substring(0, SHOWN_CHARACTERS)
            : node.toString();
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
  }

  /** True if every surrogate is one of a pair, so that the text has a UTF-8 form. */
  static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
