package dev.firn.core.append;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.Corrupt;
import java.io.IOException;
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
    return "%s%08x\"}".formatted(CHECKSUM, checksum.getValue()).getBytes(StandardCharsets.US_ASCII);
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

  private static String text(JsonNode document, String field) {
    return document.path(field).asText("");
  }

  private static void requireChecksum(Path file, byte[] bytes) throws Corrupt {
    int covered = Math.max(bytes.length - TAIL_BYTES, 0);
    byte[] expected = tail(bytes, covered);
    if (Arrays.mismatch(bytes, covered, bytes.length, expected, 0, TAIL_BYTES) >= 0) {
      throw new Corrupt(
          file,
          "a held exchange that ends in " + new String(expected, StandardCharsets.US_ASCII),
          new String(bytes, covered, bytes.length - covered, StandardCharsets.UTF_8));
    }
  }
}
