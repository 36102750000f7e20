package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Records of many forms go in, and the same come out, before and after a compaction. */
final class CacheRoundtrip {
  static final Flow FLOW =
      new Flow(
          "cache_roundtrip",
          "What is appended is what is read: nested, empty, large and foreign values, before and"
              + " after a compaction.",
          CacheRoundtrip::run);

  private static final String DATASET = "firn_smoke_roundtrip";

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> LINES =
      List.of(
          "{\"id\":1,\"text\":\"plain\",\"ok\":true,\"cost\":0.125}",
          "{\"id\":2,\"text\":\"Grüße, 雪, \\\"quoted\\\"\\n\\ttwo lines\",\"ok\":false}",
          "{\"id\":9007199254740993,\"text\":\"\",\"cost\":-1.5e300}",
          "{\"id\":4,\"tags\":[\"a\",\"b\"],\"call\":{\"name\":\"search\",\"depth\":{\"n\":3}}}",
          "{\"id\":5,\"late\":\"a column that comes later\"}",
          "[{\"id\":6,\"text\":\"one exchange\"},{\"id\":7,\"text\":\"of two rows\"}]");

  private CacheRoundtrip() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    JsonNode receipt =
        stage.pipe(LINES, root, "append", DATASET, "--batch", "1", "--json").exits(0).json();
    stage.same("rows appended", receipt.path("rows").asInt(), LINES.size() + 1);
    Set<String> sent = sent();

    stage.same("the rows read", read(stage, root), sent);
    stage.firn(root, "query", "maintain", DATASET, "--force").exits(0);
    stage.same("the rows read after a compaction", read(stage, root), sent);
    Ran count =
        stage.firn(
            root,
            "query",
            "sql",
            "SELECT count(*) AS n, max(id) AS id FROM " + DATASET,
            "--format",
            "jsonl");
    stage.same(
        "the answer of SQL",
        count.exits(0).out(),
        List.of("{\"n\":" + sent.size() + ",\"id\":9007199254740993}"));
    stage.firn(root, "query", "verify", DATASET, "--full").exits(0);
  }

  private static Set<String> sent() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : LINES) {
      JsonNode document = JSON.readTree(line);
      if (document.isArray()) {
        document.forEach(rows::add);
      } else {
        rows.add(document);
      }
    }
    rows.forEach(CacheRoundtrip::writeNestedAsText);
    return meanings(rows);
  }

  /** A table that Firn makes keeps lists and objects as JSON text. */
  private static void writeNestedAsText(JsonNode row) {
    row.properties()
        .forEach(
            member -> {
              if (member.getValue().isContainerNode()) {
                member.setValue(TextNode.valueOf(member.getValue().toString()));
              }
            });
  }

  private static Set<String> read(Stage stage, Path root) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : stage.rows(root, DATASET)) {
      rows.add(JSON.readTree(line));
    }
    Set<String> meanings = meanings(rows);
    stage.same("rows, each once", rows.size(), meanings.size());
    return meanings;
  }

  /** By what they mean, not how they are spelt. */
  private static Set<String> meanings(List<JsonNode> rows) {
    Set<String> meanings = new TreeSet<>();
    rows.forEach(row -> meanings.add(RowMeaning.of(row)));
    return meanings;
  }
}
