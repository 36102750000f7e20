package dev.firn.core.plain;

import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A cursor of the layout source-table that Firn wrote, with a checksum that fits.
 *
 * @param baselineFiles live data files right after the last swap, 0 if there was none
 */
record PlainCursor(GenerationName live, long baselineFiles) {
  private static final Set<String> MEMBERS =
      Set.of(
          "layout",
          "tableDir",
          "epoch",
          "rowCount",
          "compaction",
          "highestNumber",
          "creation",
          "version",
          "checksum");
  private static final Set<String> OF_COMPACTION =
      Set.of(
          "previousTableDir",
          "compactedAt",
          "dataFilesBefore",
          "resettleBaselineFiles",
          "writerGeneration");

  static PlainCursor parse(byte[] document) throws IOException, UnusualException {
    PlainJson cursor = PlainJson.parse(document);
    cursor.requireOnly(MEMBERS);
    UnusualException.unless(cursor.number("version") == 1, "version");
    UnusualException.unless(
        cursor.text("layout").equals(Layout.SOURCE_TABLE.text()) && cursor.number("rowCount") >= 0,
        "layout");
    UnusualException.unless(cursor.text("checksum").equals(checksum(cursor)), "checksum");
    notAbove(cursor.number("epoch"));
    notAbove(cursor.number("highestNumber"));
    return new PlainCursor(table(cursor.text("tableDir")), baselineFiles(cursor));
  }

  private static long baselineFiles(PlainJson cursor) throws UnusualException {
    if (cursor.get("compaction") == null) {
      UnusualException.unless(cursor.has("compaction"), "compaction");
      return 0;
    }
    PlainJson compaction = cursor.object("compaction");
    compaction.requireOnly(OF_COMPACTION);
    table(compaction.text("previousTableDir"));
    notAbove(compaction.number("dataFilesBefore"));
    notAbove(compaction.number("writerGeneration"));
    compaction.text("compactedAt");
    return notAbove(compaction.number("resettleBaselineFiles"));
  }

  private static GenerationName table(String name) throws UnusualException {
    GenerationName parsed = GenerationName.parse(name).orElse(null);
    if (parsed == null || parsed.layout() != Layout.SOURCE_TABLE) {
      throw new UnusualException(name);
    }
    return parsed;
  }

  private static long notAbove(long number) throws UnusualException {
    UnusualException.unless(number >= 0 && number <= GenerationName.MAX_NUMBER, "a number");
    return number;
  }

  /** Of the members that it covers, in the order of their names and without white space. */
  private static String checksum(PlainJson cursor) throws UnusualException {
    StringBuilder covered = new StringBuilder("{");
    for (String name : Names.COVERED) {
      if (cursor.has(name)) {
        member(covered, name, cursor.get(name));
      }
    }
    CRC32C crc = new CRC32C();
    crc.update(covered.append('}').toString().getBytes(StandardCharsets.UTF_8));
    String digits = Long.toHexString(crc.getValue());
    return "crc32c:" + "00000000".substring(digits.length()) + digits;
  }

  /** In the order in which the checksum covers them. */
  private static final class Names {
    static final String[] COVERED = {
      "compaction", "epoch", "highestNumber", "layout", "tableDir", "version"
    };
    static final String[] OF_COMPACTION = {
      "compactedAt",
      "dataFilesBefore",
      "previousTableDir",
      "resettleBaselineFiles",
      "writerGeneration"
    };
  }

  private static void member(StringBuilder json, String name, @Nullable Object value)
      throws UnusualException {
    if (json.charAt(json.length() - 1) != '{') {
      json.append(',');
    }
    json.append('"').append(name).append("\":");
    if (value instanceof PlainJson object) {
      json.append('{');
      for (String member : Names.OF_COMPACTION) {
        if (object.has(member)) {
          member(json, member, object.get(member));
        }
      }
      json.append('}');
    } else if (value instanceof String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        UnusualException.unless(c >= ' ' && c < 0x7f && c != '"' && c != '\\', "a text");
      }
      json.append('"').append(text).append('"');
    } else {
      UnusualException.unless(value == null || value instanceof Long, "a member");
      json.append(value);
    }
  }
}
