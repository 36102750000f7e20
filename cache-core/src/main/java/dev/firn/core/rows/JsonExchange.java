package dev.firn.core.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * One exchange: the rows of one append in their order, as JSON trees that nobody changes.
 *
 * <p>One object is one row; an array of objects is many. All else is refused: scalars, an empty
 * array, arrays that hold anything but objects, two values after each other, what is no JSON
 * (comments, {@code NaN}, trailing commas), bytes that are no UTF-8, names with half a surrogate
 * pair, more than {@value #MAX_DEPTH} levels, strings and names of more than 256 MB, numbers of
 * more than {@value #MAX_NUMBER_LENGTH} characters or with an exponent that does not fit 32 bits.
 *
 * <ul>
 *   <li>Of a name that occurs twice in an object the last value counts, and the others are rescued:
 *       {@link RepeatedNames}.
 *   <li>Numbers are kept exactly, whatever their size.
 *   <li>A large value that equals the one of the row before it, under the same name, is held once
 *       and is the same instance: in the field a text of 128 KB repeats on all rows of an exchange.
 * </ul>
 */
public final class JsonExchange {
  static final int MAX_DEPTH = 500;
  private static final int MAX_NUMBER_LENGTH = 10_000;
  private static final int MAX_STRING_LENGTH = 256 << 20;
  private static final int SHARED_TEXT_LENGTH = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(MAX_STRING_LENGTH)
                          .maxNameLength(MAX_STRING_LENGTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          // The array around the rows is not a level of theirs.
                          .maxNestingDepth(MAX_DEPTH + 1)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          // Seen where the tree is made, for nothing; the parser's own detection keeps all names.
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final ObjectReader ROWS = MAPPER.readerFor(JsonNode.class);

  private final List<ObjectNode> rows;
  private final long bytes;

  private JsonExchange(List<ObjectNode> rows, long bytes) {
    this.rows = List.copyOf(rows);
    this.bytes = bytes;
  }

  /** Parses {@code length} bytes from {@code offset}; white space around the value is allowed. */
  public static JsonExchange parse(byte[] utf8, int offset, int length)
      throws NotAnExchangeException {
    requireUtf8(utf8, offset, length);
    try {
      return parse(utf8, offset, length, ROWS::readValue);
    } catch (MismatchedInputException repeatedName) {
      try {
        return parse(utf8, offset, length, new RepeatedNames(ROWS)::row);
      } catch (MismatchedInputException e) {
        throw new AssertionError("any tree is one of JSON", e);
      }
    }
  }

  /** Makes the tree of the object at a parser's token. */
  private interface RowParser {
    ObjectNode row(JsonParser parser) throws IOException;
  }

  /**
   * @throws MismatchedInputException if the parser of rows takes no name twice, and there is one
   */
  private static JsonExchange parse(byte[] utf8, int offset, int length, RowParser rowParser)
      throws NotAnExchangeException, MismatchedInputException {
    try (JsonParser parser = MAPPER.getFactory().createParser(utf8, offset, length)) {
      List<ObjectNode> rows = new ArrayList<>();
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        rows.add(row(parser, rowParser));
      } else if (first == JsonToken.START_ARRAY) {
        rows(parser, rowParser, rows);
      } else {
        throw first == null
            ? new NotAnExchangeException("Nothing there")
            : new NotAnExchangeException("Neither an object nor an array", at(parser));
      }
      if (parser.nextToken() != null) {
        throw new NotAnExchangeException("More than one JSON value", at(parser));
      }
      return new JsonExchange(rows, length);
    } catch (StreamReadException e) {
      String problem = "No JSON: " + JsonProblem.plain(e.getOriginalMessage());
      throw e.getLocation() == null
          ? new NotAnExchangeException(problem)
          : new NotAnExchangeException(problem, e.getLocation().getByteOffset());
    } catch (MismatchedInputException e) {
      throw e;
    } catch (IOException | NumberFormatException e) {
      throw new NotAnExchangeException(
          "No JSON: " + JsonProblem.plain(String.valueOf(e.getMessage())));
    }
  }

  /**
   * Of rows that a program has made, which nobody changes from now on. Instances that rows share
   * are encoded once. Beside what JSON has, doubles may be anything that a double can be.
   *
   * @param bytes what the rows came from
   * @throws IllegalArgumentException if there is none
   */
  public static JsonExchange of(List<ObjectNode> rows, long bytes) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("an exchange has no row");
    }
    return new JsonExchange(rows, bytes);
  }

  private static void rows(JsonParser parser, RowParser rowParser, List<ObjectNode> rows)
      throws IOException, NotAnExchangeException {
    Map<String, JsonNode> before = new HashMap<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (token != JsonToken.START_OBJECT) {
        throw new NotAnExchangeException("Row " + rows.size() + " is no object", at(parser));
      }
      ObjectNode row = row(parser, rowParser);
      share(row, before);
      rows.add(row);
    }
    if (rows.isEmpty()) {
      throw new NotAnExchangeException("No row in the array");
    }
  }

  private static ObjectNode row(JsonParser parser, RowParser rowParser)
      throws IOException, NotAnExchangeException {
    long start = parser.currentTokenLocation().getByteOffset();
    ObjectNode row = rowParser.row(parser);
    // Only a row in an array has the level of that array to spare.
    if (parser.getParsingContext().inRoot() && isDeeper(row, MAX_DEPTH)) {
      throw new NotAnExchangeException("More than " + MAX_DEPTH + " levels", start);
    }
    return row;
  }

  private static boolean isDeeper(JsonNode node, int levels) {
    if (!node.isContainerNode()) {
      return false;
    }
    if (levels == 0) {
      return true;
    }
    for (JsonNode child : node) {
      if (isDeeper(child, levels - 1)) {
        return true;
      }
    }
    return false;
  }

  private static void share(ObjectNode row, Map<String, JsonNode> before) {
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      JsonNode value = field.getValue();
      if (value.isContainerNode()
          || (value instanceof TextNode text && text.textValue().length() >= SHARED_TEXT_LENGTH)) {
        JsonNode known = before.get(field.getKey());
        if (known != null && isSame(value, known)) {
          field.setValue(known);
        } else {
          before.put(field.getKey(), value);
        }
      }
    }
  }

  /** Stricter than {@code equals}: fields in the same order, numbers with the same digits. */
  private static boolean isSame(JsonNode left, JsonNode right) {
    if (left.isObject() && right.isObject() && left.size() == right.size()) {
      Iterator<Map.Entry<String, JsonNode>> others = right.properties().iterator();
      for (Map.Entry<String, JsonNode> field : left.properties()) {
        Map.Entry<String, JsonNode> other = others.next();
        if (!field.getKey().equals(other.getKey()) || !isSame(field.getValue(), other.getValue())) {
          return false;
        }
      }
      return true;
    }
    if (left.isArray() && right.isArray() && left.size() == right.size()) {
      for (int i = 0; i < left.size(); i++) {
        if (!isSame(left.get(i), right.get(i))) {
          return false;
        }
      }
      return true;
    }
    return left.isBigDecimal() && right.isBigDecimal()
        ? left.decimalValue().equals(right.decimalValue())
        : left.equals(right);
  }

  /** Jackson lets overlong forms and encoded surrogates pass, and UTF-16 and UTF-32 altogether. */
  private static void requireUtf8(byte[] bytes, int offset, int length)
      throws NotAnExchangeException {
    for (int i = 0; i < Math.min(4, length); i++) {
      if (bytes[offset + i] == 0) {
        throw new NotAnExchangeException("No JSON: a zero byte", i);
      }
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
    CharBuffer target = CharBuffer.allocate(Math.min(8192, length + 1));
    CoderResult result;
    do {
      target.clear();
      result = decoder.decode(source, target, true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new NotAnExchangeException("No UTF-8", source.position() - offset);
    }
  }

  private static long at(JsonParser parser) {
    return parser.currentTokenLocation().getByteOffset();
  }

  /** The rows, at least one. */
  public List<ObjectNode> rows() {
    return rows;
  }

  /** The size of the JSON that was parsed. */
  public long bytes() {
    return bytes;
  }
}
