package dev.firn.core.append;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.Corrupt;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What a held file holds: {@code {"id": …, "partition": …, "at": …, "rows": [{…}, …], "checksum":
 * "crc32c:1f2e3d4c"}}. Its rows are in no other place, so a changed byte must not land as if it had
 * been accepted: the checksum, which comes last, covers every byte before it. A file without one is
 * of a version that wrote none.
 *
 * @param id of the exchange
 * @param partition its path below the root
 * @param at when it was accepted, in ISO 8601; empty if the file does not say
 */
public record HeldExchange(String id, String partition, String at, List<ObjectNode> rows) {
  private static final int MAX_DEPTH = 1_000;
  private static final Set<String> FIELDS = Set.of("id", "partition", "at", "rows");
  private static final String CHECKSUM = ",\"checksum\":\"crc32c:";
  private static final int TAIL_BYTES = CHECKSUM.length() + 8 + "\"}".length();

  /** What was accepted is read again, whatever its size, and exactly. */
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .maxNumberLength(Integer.MAX_VALUE)
                          .maxNestingDepth(MAX_DEPTH)
                          .build())
                  .streamWriteConstraints(
                      StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** Reads one of many values. */
  private static final ObjectReader ROW =
      JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  public HeldExchange {
    rows = List.copyOf(rows);
  }

  /** The content of its file. */
  byte[] format() throws IOException {
    ObjectNode document = JSON.createObjectNode();
    document.put("id", id);
    document.put("partition", partition);
    document.put("at", at);
    document.putArray("rows").addAll(rows);
    byte[] bytes = JSON.writeValueAsBytes(document);
    int covered = bytes.length - 1; // all but the last brace
    byte[] file = Arrays.copyOf(bytes, covered + TAIL_BYTES);
    System.arraycopy(tail(bytes, covered), 0, file, covered, TAIL_BYTES);
    return file;
  }

  private static byte[] tail(byte[] bytes, int covered) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, covered);
    return tail(checksum.getValue());
  }

  private static byte[] tail(long checksum) {
    return "%s%08x\"}".formatted(CHECKSUM, checksum).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @param file where the bytes are from, for messages
   * @throws Corrupt if they are not exactly what was accepted
   */
  public static HeldExchange parse(Path file, byte[] bytes) throws IOException {
    JsonNode document;
    try {
      document = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new Corrupt(file, "a held exchange", e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new Corrupt(file, "a held exchange", String.valueOf(e.getMessage()), e);
    }
    if (document.has("checksum")) {
      requireChecksum(file, bytes);
    }
    for (Iterator<String> names = document.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name) && !name.equals("checksum")) {
        throw new Corrupt(file, "a held exchange", "the unknown field \"" + name + "\"");
      }
    }
    List<ObjectNode> rows = new ArrayList<>();
    for (JsonNode row : document.path("rows")) {
      if (!(row instanceof ObjectNode object)) {
        throw new Corrupt(file, "rows that are objects", "a row that is " + row.getNodeType());
      }
      rows.add(object);
    }
    if (rows.isEmpty()) {
      throw new Corrupt(file, "the rows of an exchange", "no rows");
    }
    return new HeldExchange(
        text(document, "id"), text(document, "partition"), text(document, "at"), rows);
  }

  /** Takes the rows of a held exchange as they are read. */
  interface RowVisitor {
    /**
     * @param bytes about how many its JSON has
     * @return false to read no more
     */
    boolean row(ObjectNode row, long bytes) throws IOException;
  }

  /**
   * Gives away the rows one by one, of which none is kept.
   *
   * @param file where the bytes are from, for messages
   * @param checked whether their {@link Checksum} is right
   * @return false if the visitor stopped it
   * @throws Corrupt as {@link #parse}
   */
  static boolean read(Path file, boolean checked, InputStream bytes, RowVisitor visitor)
      throws IOException {
    JsonParser parser;
    try {
      parser = JSON.getFactory().createParser(bytes);
    } catch (JsonProcessingException e) {
      throw new Corrupt(file, "a held exchange", e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw new Corrupt(file, "a held exchange", String.valueOf(e.getMessage()), e);
    }
    try (parser) {
      require(file, parser.nextToken() == JsonToken.START_OBJECT, "no object");
      boolean rows = false;
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        if (name.equals("rows")) {
          require(file, !rows && parser.currentToken() == JsonToken.START_ARRAY, "no rows");
          rows = true;
          if (!readRows(file, parser, visitor)) {
            return false;
          }
        } else if (name.equals("checksum")) {
          require(file, checked, "a checksum that is not its own, or not at its end");
        } else {
          require(file, FIELDS.contains(name), "the unknown field \"" + name + "\"");
          parser.skipChildren();
        }
      }
      require(file, parser.currentToken() == JsonToken.END_OBJECT, "no end");
      require(file, parser.nextToken() == null, "more than one JSON value");
      require(file, rows, "no rows");
      return true;
    } catch (JsonProcessingException e) {
      throw new Corrupt(file, "a held exchange", e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw new Corrupt(file, "a held exchange", String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean readRows(Path file, JsonParser parser, RowVisitor visitor)
      throws IOException {
    long start = parser.currentLocation().getByteOffset();
    require(file, parser.nextToken() != JsonToken.END_ARRAY, "no rows");
    for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
      require(file, parser.currentToken() == JsonToken.START_OBJECT, "a row that is no object");
      ObjectNode row = ROW.readTree(parser) instanceof ObjectNode object ? object : null;
      long end = parser.currentLocation().getByteOffset();
      if (row == null) {
        throw new AssertionError("an object that is none");
      }
      if (!visitor.row(row, end - start)) {
        return false;
      }
      start = end;
    }
    return true;
  }

  private static void require(Path file, boolean held, String found) throws Corrupt {
    if (!held) {
      throw new Corrupt(file, "a held exchange", found);
    }
  }

  /** Looks at the bytes of a held exchange as they pass. */
  static final class Checksum {
    private final Path file;
    private final long covered;
    private final CRC32C checksum = new CRC32C();
    private final byte[] end = new byte[TAIL_BYTES];
    private long position;

    /**
     * @param file where the bytes are from, for messages
     */
    Checksum(Path file, long length) {
      this.file = file;
      this.covered = Math.max(length - TAIL_BYTES, 0);
    }

    void update(byte[] bytes, int length) {
      int before = (int) Math.min(Math.max(covered - position, 0), length);
      checksum.update(bytes, 0, before);
      int at = (int) (position + before - covered);
      if (at >= 0) {
        System.arraycopy(bytes, before, end, at, Math.min(length - before, end.length - at));
      }
      position += length;
    }

    /**
     * After the last byte.
     *
     * @return false if there is no checksum at the end
     * @throws Corrupt if it is another one
     */
    boolean check() throws Corrupt {
      if (!startsWithChecksum(end)) {
        return false;
      }
      byte[] expected = tail(checksum.getValue());
      if (!Arrays.equals(end, expected)) {
        throw wrongEnd(file, expected, end);
      }
      return true;
    }

    private static boolean startsWithChecksum(byte[] end) {
      byte[] name = CHECKSUM.getBytes(StandardCharsets.US_ASCII);
      return Arrays.equals(end, 0, name.length, name, 0, name.length);
    }
  }

  private static Corrupt wrongEnd(Path file, byte[] expected, byte[] found) {
    return new Corrupt(
        file,
        "a held exchange that ends in " + new String(expected, StandardCharsets.US_ASCII),
        new String(found, StandardCharsets.UTF_8));
  }

  private static String text(JsonNode document, String field) {
    return document.path(field).asText("");
  }

  private static void requireChecksum(Path file, byte[] bytes) throws Corrupt {
    int covered = Math.max(bytes.length - TAIL_BYTES, 0);
    byte[] expected = tail(bytes, covered);
    if (Arrays.mismatch(bytes, covered, bytes.length, expected, 0, TAIL_BYTES) >= 0) {
      throw wrongEnd(file, expected, Arrays.copyOfRange(bytes, covered, bytes.length));
    }
  }
}
