package dev.firn.core.append;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.Corrupt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a receipts file of a generation holds: {@code {"receipts": [{"id": …, "rows": …, "rescued":
 * …, "where": …, "at": …}, …], "checksum": "crc32c:1f2e3d4c"}}. The receipts are in no other place:
 * a changed id would let a retry land again. A list alone is of a version that wrote no checksum.
 */
public final class ReceiptsFile {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private ReceiptsFile() {}

  static byte[] format(List<GivenReceipt> receipts) throws IOException {
    ObjectNode document = JSON.createObjectNode();
    ArrayNode list = document.putArray("receipts");
    for (GivenReceipt receipt : receipts) {
      ObjectNode node = list.addObject();
      node.put("id", receipt.id().toString());
      node.put("rows", receipt.rows());
      node.put("rescued", receipt.rescuedValues());
      node.put("where", receipt.where());
      node.put("at", receipt.atMillis());
      if (receipt.windowSeconds() != ReceiptLedger.WINDOW.toSeconds()) {
        node.put("window", receipt.windowSeconds());
      }
      if (receipt.digest() != GivenReceipt.NO_DIGEST) {
        node.put("digest", ReceiptLedger.formatDigest(receipt.digest()));
      }
    }
    document.put("checksum", checksum(list));
    return JSON.writeValueAsBytes(document);
  }

  /**
   * @throws Corrupt if it is not what was written
   */
  static List<GivenReceipt> parse(Path file, byte[] bytes) throws IOException {
    JsonNode list = list(file, bytes);
    List<GivenReceipt> receipts = new ArrayList<>();
    for (JsonNode node : list) {
      ExchangeId.parse(node.path("id").asText())
          .ifPresent(
              id ->
                  receipts.add(
                      new GivenReceipt(
                          id,
                          node.path("rows").asInt(),
                          node.path("rescued").asLong(),
                          node.path("where").asText(),
                          node.path("at").asLong(),
                          node.path("window").asLong(ReceiptLedger.WINDOW.toSeconds()),
                          ReceiptLedger.parseDigest(node.path("digest").asText()))));
    }
    if (receipts.size() != list.size()) {
      throw new Corrupt(file, list.size() + " receipts", receipts.size() + " with an id");
    }
    return receipts;
  }

  /**
   * How many receipts a file holds.
   *
   * @throws Corrupt if it is not what was written
   */
  public static int count(Path file, byte[] bytes) throws IOException {
    return parse(file, bytes).size();
  }

  private static JsonNode list(Path file, byte[] bytes) throws IOException {
    JsonNode document;
    try {
      document = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new Corrupt(file, "receipts", e.getOriginalMessage(), e);
    } catch (IOException e) { // malformed UTF-8
      throw new Corrupt(file, "receipts", String.valueOf(e.getMessage()), e);
    }
    if (document.isArray()) {
      return document;
    }
    JsonNode list = document.path("receipts");
    if (!list.isArray()) {
      throw new Corrupt(file, "a list of receipts", "none");
    }
    String expected = checksum(list);
    String found = document.path("checksum").asText("none");
    if (!found.equals(expected)) {
      throw new Corrupt(file, "\"checksum\" " + expected, found);
    }
    return list;
  }

  private static String checksum(JsonNode list) throws IOException {
    CRC32C checksum = new CRC32C();
    checksum.update(JSON.writeValueAsBytes(list));
    return "crc32c:%08x".formatted(checksum.getValue());
  }
}
