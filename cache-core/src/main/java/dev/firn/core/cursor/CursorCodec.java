package dev.firn.core.cursor;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.cursor.Cursor.Compaction;
import dev.firn.core.cursor.Cursor.Origin;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.SwapTime;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Parses and formats {@code cursor.json}. Parsing is strict: a cursor decides what may be removed,
 * so anything odd about it is an error and never a guess.
 *
 * <p>The checksum covers what was written about the generation: layout, tableDir, epoch,
 * compaction, version and highestNumber. A program of the field may rewrite {@code rowCount} or
 * {@code retention}, or drop version and checksum together (it does not know them); any other
 * difference is damage.
 */
public final class CursorCodec {
  /** The version written, and the highest that can be read. */
  public static final int VERSION = 1;

  private static final String CHECKSUM_PREFIX = "crc32c:";
  private static final String HIGHEST = "highestNumber";
  private static final String CREATION = "creation";
  private static final List<String> COVERED =
      List.of("layout", "tableDir", "epoch", "compaction", "version", HIGHEST);

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final ObjectMapper CANONICAL =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private CursorCodec() {}

  /**
   * @param file where the bytes are from, for messages
   * @throws CacheException Corrupt or UnsupportedFormat, never anything else
   */
  public static Cursor parse(Path file, byte[] bytes) throws CacheException {
    if (bytes.length == 0) {
      throw new Corrupt(file, "a JSON object", "an empty file");
    }
    JsonNode document;
    try {
      document = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new Corrupt(
          file, "a JSON object", bytes.length + " bytes, " + plain(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new Corrupt(file, "a JSON object", bytes.length + " bytes, " + e.getMessage(), e);
    }
    if (!(document instanceof ObjectNode fields)) {
      throw new Corrupt(
          file,
          "a JSON object",
          document.isMissingNode() ? "nothing but white space" : document.toString());
    }
    Origin origin = checkVersionAndChecksum(file, fields);
    Layout layout = layout(file, fields);
    GenerationName live = live(file, fields, layout);
    Optional<Compaction> compaction = compaction(file, fields, layout);
    long highest = fields.has(HIGHEST) ? generationNumber(file, fields, HIGHEST) : 0;
    highest = Math.max(highest, live.number());
    return new Cursor(
        live, optionalNumber(file, fields, "rowCount", 0), compaction, highest, origin, fields);
  }

  /** The parser's message without its remarks on a source that it was not given. */
  private static String plain(String message) {
    return message.replaceAll("\\[Source: REDACTED[^;\\]]*; ([^\\]]*)\\]", "$1");
  }

  private static Origin checkVersionAndChecksum(Path file, ObjectNode fields)
      throws CacheException {
    JsonNode version = fields.path("version");
    JsonNode checksum = fields.path("checksum");
    if (version.isMissingNode() && checksum.isMissingNode()) {
      return Origin.FIELD;
    }
    if (!version.isIntegralNumber()) {
      throw new Corrupt(file, "a whole number as \"version\" beside \"checksum\"", show(version));
    }
    if (version.bigIntegerValue().compareTo(BigInteger.valueOf(VERSION)) > 0) {
      throw new UnsupportedFormat(
          file, "cursor version " + version.asText(), "at most " + VERSION + "; use a newer firn");
    }
    if (version.asLong() != VERSION) {
      throw new Corrupt(file, "\"version\" " + VERSION, version.asText());
    }
    String expected = checksum(fields);
    if (!checksum.isTextual() || !checksum.asText().equals(expected)) {
      throw new Corrupt(file, "\"checksum\" " + expected, show(checksum));
    }
    return Origin.FIRN;
  }

  private static Layout layout(Path file, ObjectNode fields) throws CacheException {
    JsonNode layout = fields.path("layout");
    if (layout.isMissingNode()) {
      if (fields.has("tableDir")) {
        throw new Corrupt(file, "\"layout\" beside \"tableDir\"", "none");
      }
      return Layout.EPOCH;
    }
    for (Layout known : Layout.values()) {
      if (layout.isTextual() && layout.asText().equals(known.text())) {
        return known;
      }
    }
    throw new Corrupt(file, "\"layout\" source-table or epoch", show(layout));
  }

  private static GenerationName live(Path file, ObjectNode fields, Layout layout)
      throws CacheException {
    return switch (layout) {
      case SOURCE_TABLE -> {
        optionalNumber(file, fields, "epoch", 0);
        yield fields.has("tableDir")
            ? tableName(file, "tableDir", fields.path("tableDir"))
            : new GenerationName(Layout.SOURCE_TABLE, 0);
      }
      case EPOCH -> new GenerationName(Layout.EPOCH, generationNumber(file, fields, "epoch"));
    };
  }

  private static Optional<Compaction> compaction(Path file, ObjectNode fields, Layout layout)
      throws CacheException {
    JsonNode node = fields.path("compaction");
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!(node instanceof ObjectNode compaction)) {
      throw new Corrupt(file, "an object or null as \"compaction\"", show(node));
    }
    GenerationName previous;
    switch (layout) {
      case SOURCE_TABLE -> {
        JsonNode name = compaction.path("previousTableDir");
        if (name.isMissingNode()) {
          return Optional.empty();
        }
        previous = tableName(file, "compaction.previousTableDir", name);
      }
      case EPOCH -> {
        if (!compaction.has("previousEpoch")) {
          return Optional.empty();
        }
        previous =
            new GenerationName(Layout.EPOCH, generationNumber(file, compaction, "previousEpoch"));
      }
      default -> throw new AssertionError(layout);
    }
    return Optional.of(
        new Compaction(
            previous,
            compaction.path("compactedAt").asText(""),
            optionalNumber(file, compaction, "dataFilesBefore", -1),
            optionalNumber(file, compaction, "resettleBaselineFiles", 0)));
  }

  private static GenerationName tableName(Path file, String field, JsonNode value)
      throws CacheException {
    return Optional.of(value)
        .filter(JsonNode::isTextual)
        .flatMap(text -> GenerationName.parse(text.asText()))
        .filter(name -> name.layout() == Layout.SOURCE_TABLE)
        .orElseThrow(
            () -> new Corrupt(file, "table or table-<number> as \"" + field + "\"", show(value)));
  }

  private static long generationNumber(Path file, ObjectNode fields, String field)
      throws CacheException {
    long number = number(file, fields, field);
    if (number > GenerationName.MAX_NUMBER) {
      throw new Corrupt(
          file,
          "at most " + GenerationName.MAX_NUMBER + " as \"" + field + "\"",
          Long.toString(number));
    }
    return number;
  }

  private static long number(Path file, ObjectNode fields, String field) throws CacheException {
    JsonNode value = fields.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
      throw new Corrupt(file, "a whole number from 0 as \"" + field + "\"", show(value));
    }
    return value.asLong();
  }

  private static long optionalNumber(Path file, ObjectNode fields, String field, long absent)
      throws CacheException {
    JsonNode value = fields.path(field);
    return value.isMissingNode() || value.isNull() ? absent : number(file, fields, field);
  }

  private static String show(JsonNode value) {
    return value.isMissingNode() ? "none" : value.toString();
  }

  /**
   * The cursor after a swap: as {@code before}, with another live generation and compaction. What
   * Firn gives no meaning to is carried over, in the compaction as well.
   *
   * @param rowCount live rows of the new generation
   * @param compactedAt time of the swap
   */
  public static byte[] formatSwapped(
      Cursor before,
      GenerationName live,
      long rowCount,
      Instant compactedAt,
      long dataFilesBefore,
      long dataFilesAfter) {
    ObjectNode fields = before.fields();
    ObjectNode compaction = JSON.createObjectNode();
    switch (live.layout()) {
      case SOURCE_TABLE -> {
        fields.put("layout", live.layout().text());
        fields.put("tableDir", live.format());
        compaction.put("previousTableDir", before.live().format());
      }
      case EPOCH -> {
        fields.put("epoch", live.number());
        compaction.put("previousEpoch", before.live().number());
      }
    }
    compaction.put("compactedAt", SwapTime.format(compactedAt));
    compaction.put("dataFilesBefore", dataFilesBefore);
    compaction.put("resettleBaselineFiles", dataFilesAfter);
    JsonNode last = fields.path("compaction");
    JsonNode writer = last.path("writerGeneration");
    compaction.put("writerGeneration", writer.isIntegralNumber() ? writer.asLong() : 2);
    for (Map.Entry<String, JsonNode> other : last.properties()) {
      compaction.putIfAbsent(other.getKey(), other.getValue());
    }
    fields.put("rowCount", rowCount);
    fields.set("compaction", compaction);
    fields.put(HIGHEST, Math.max(before.highestNumber(), live.number()));
    return seal(fields);
  }

  /**
   * The first cursor of a partition, whose live generation is empty. No two are alike: whoever has
   * one in memory learns by its bytes that the partition was dropped and created anew, with
   * generations of the same names.
   */
  public static byte[] formatFirst(GenerationName live) {
    return formatFirst(live, UUID.randomUUID());
  }

  /**
   * The same for a chosen one.
   *
   * @param creation what no other cursor has
   */
  public static byte[] formatFirst(GenerationName live, UUID creation) {
    ObjectNode fields = JSON.createObjectNode();
    if (live.layout() != Layout.SOURCE_TABLE) {
      throw new IllegalArgumentException("new partitions have the layout source-table: " + live);
    }
    fields.put("layout", live.layout().text());
    fields.put("tableDir", live.format());
    fields.put("epoch", 0);
    fields.put("rowCount", 0);
    fields.putNull("compaction");
    fields.put(HIGHEST, live.number());
    fields.put(CREATION, creation.toString());
    return seal(fields);
  }

  /**
   * The cursor that a repair writes: it names {@code live} and knows of no swap.
   *
   * @param before the cursor that is replaced, for what is carried over; empty if it cannot be read
   * @param rowCount live rows of the generation, as far as they can be counted
   * @param highestNumber of any generation that there was
   */
  public static byte[] formatMended(
      Optional<Cursor> before, GenerationName live, long rowCount, long highestNumber) {
    ObjectNode fields = before.map(Cursor::fields).orElseGet(JSON::createObjectNode);
    switch (live.layout()) {
      case SOURCE_TABLE -> {
        fields.put("layout", live.layout().text());
        fields.put("tableDir", live.format());
        if (!fields.has("epoch")) {
          fields.put("epoch", 0);
        }
      }
      case EPOCH -> {
        fields.remove(List.of("layout", "tableDir"));
        fields.put("epoch", live.number());
      }
    }
    fields.put("rowCount", rowCount);
    fields.putNull("compaction");
    fields.put(HIGHEST, Math.max(highestNumber, live.number()));
    return seal(fields);
  }

  /** The same cursor that also remembers that {@code number} was used. */
  public static byte[] formatRemembering(Cursor cursor, long number) {
    ObjectNode fields = cursor.fields();
    fields.put(HIGHEST, Math.max(cursor.highestNumber(), number));
    return seal(fields);
  }

  private static byte[] seal(ObjectNode fields) {
    fields.put("version", VERSION);
    fields.remove("checksum");
    fields.put("checksum", checksum(fields));
    return (fields.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String checksum(ObjectNode fields) {
    Map<String, Object> covered = new TreeMap<>();
    for (String field : COVERED) {
      if (fields.has(field)) {
        covered.put(field, CANONICAL.convertValue(fields.get(field), Object.class));
      }
    }
    CRC32C crc = new CRC32C();
    try {
      crc.update(CANONICAL.writeValueAsBytes(covered));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
    return CHECKSUM_PREFIX + String.format("%08x", crc.getValue());
  }
}
