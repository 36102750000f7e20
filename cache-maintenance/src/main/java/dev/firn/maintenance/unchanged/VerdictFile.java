package dev.firn.maintenance.unchanged;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Layout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * {@code maintenance/unchanged.json}: one line of JSON with the verdicts by partition, and one with
 * the checksum of the first. A file that is torn, changed, too large or of another version or other
 * rules counts as none; nothing is lost with it but time.
 */
final class VerdictFile {
  static final String NAME = "unchanged.json";

  private static final int VERSION = 1;

  /** 50,000 partitions, 640 bytes of each: what is kept and read never grows beyond. */
  static final int MAX_PARTITIONS = 50_000;

  private static final long MAX_BYTES = 32L << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private VerdictFile() {}

  static Map<String, Verdict> read(Disk disk, CacheDirectory cache, String rules) {
    Path file = cache.maintenance().resolve(NAME);
    try {
      Optional<FileStat> stat = disk.stat(file);
      if (stat.isEmpty() || !stat.get().isFile() || stat.get().sizeBytes() > MAX_BYTES) {
        return new TreeMap<>();
      }
      return parse(disk.read(file), rules);
    } catch (IOException | RuntimeException e) {
      return new TreeMap<>();
    }
  }

  static void replace(Disk disk, CacheDirectory cache, String rules, Map<String, Verdict> verdicts)
      throws IOException {
    byte[] content = format(rules, verdicts);
    if (content.length <= MAX_BYTES) {
      DurableFiles.replace(disk, cache.maintenance().resolve(NAME), content);
    }
  }

  private static byte[] format(String rules, Map<String, Verdict> verdicts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeStringField("rules", rules);
      json.writeObjectFieldStart("partitions");
      for (Map.Entry<String, Verdict> entry : verdicts.entrySet()) {
        Verdict verdict = entry.getValue();
        json.writeArrayFieldStart(entry.getKey());
        json.writeNumber(verdict.from().toEpochMilli());
        json.writeNumber(verdict.until().toEpochMilli());
        json.writeNumber(verdict.stamp());
        json.writeString(verdict.layout().text());
        json.writeString(verdict.generation());
        json.writeString(verdict.metadataFile());
        json.writeNumber(verdict.rows());
        json.writeNumber(verdict.dataFiles());
        json.writeNumber(verdict.bytes());
        json.writeString(verdict.reason());
        json.writeEndArray();
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    byte[] line = bytes.toByteArray();
    bytes.write(end(line, line.length));
    return bytes.toByteArray();
  }

  /** What follows the document: the end of its line, and its checksum on another. */
  static byte[] end(byte[] document, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(document, 0, length);
    String text = "\ncrc32c:" + HexFormat.of().toHexDigits((int) checksum.getValue()) + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Map<String, Verdict> parse(byte[] content, String rules) throws IOException {
    int length = content.length - end(content, 0).length;
    if (length < 0
        || !Arrays.equals(
            content, length, content.length, end(content, length), 0, content.length - length)) {
      throw new IOException("checksum");
    }
    Map<String, Verdict> verdicts = new TreeMap<>();
    try (JsonParser json = JSON.createParser(content, 0, length)) {
      require(json.nextToken() == JsonToken.START_OBJECT);
      require("version".equals(json.nextFieldName()) && json.nextIntValue(0) == VERSION);
      require("rules".equals(json.nextFieldName()) && rules.equals(json.nextTextValue()));
      require("partitions".equals(json.nextFieldName()));
      require(json.nextToken() == JsonToken.START_OBJECT);
      for (String path = json.nextFieldName(); path != null; path = json.nextFieldName()) {
        require(json.nextToken() == JsonToken.START_ARRAY);
        verdicts.put(path, verdict(json));
        require(json.nextToken() == JsonToken.END_ARRAY);
      }
    }
    require(verdicts.size() <= MAX_PARTITIONS);
    return verdicts;
  }

  private static Verdict verdict(JsonParser json) throws IOException {
    return new Verdict(
        Instant.ofEpochMilli(number(json)),
        Instant.ofEpochMilli(number(json)),
        number(json),
        layout(text(json)),
        text(json),
        text(json),
        number(json),
        number(json),
        number(json),
        text(json));
  }

  private static long number(JsonParser json) throws IOException {
    require(json.nextToken() == JsonToken.VALUE_NUMBER_INT);
    return json.getLongValue();
  }

  private static String text(JsonParser json) throws IOException {
    require(json.nextToken() == JsonToken.VALUE_STRING);
    return json.getText();
  }

  private static Layout layout(String text) throws IOException {
    for (Layout layout : Layout.values()) {
      if (layout.text().equals(text)) {
        return layout;
      }
    }
    throw new IOException(text);
  }

  private static void require(boolean condition) throws IOException {
    if (!condition) {
      throw new IOException("not what is written here");
    }
  }
}
