package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.rows.RowFiles.Written;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileExchangeTest {
  @TempDir Path directory;
  private RowFiles files;

  @BeforeEach
  void open() {
    files = new RowFiles(directory);
  }

  @Test
  void twoThousandDistinctKeysAreAThousandColumnsAndTheRestRescued() throws Exception {
    String json =
        IntStream.range(0, 2000)
            .mapToObj(i -> "\"key" + i + "\":\"v" + i + "\"")
            .collect(Collectors.joining(",", "{", "}"));

    Written written = files.land(null, json);

    assertThat(written.schema().columns()).hasSize(1001);
    assertThat(written.file().rescuedValues()).isEqualTo(1000);
    ObjectNode read = files.read(written).get(0);
    JsonNode rescued = RowFiles.json(read.remove("_rescued").textValue());
    read.setAll((ObjectNode) rescued);
    assertThat(read).isEqualTo(RowFiles.json(json));
  }

  @Test
  void twoThousandKeysOnAsManyRowsAreWrittenToo() throws Exception {
    String json =
        IntStream.range(0, 2000)
            .mapToObj(i -> "{\"key" + i + "\":" + i + "}")
            .collect(Collectors.joining(",", "[", "]"));

    List<ObjectNode> read = files.read(files.land(null, json));

    assertThat(read.get(999).toString()).isEqualTo("{\"key999\":999}");
    assertThat(read.get(1999).toString()).isEqualTo("{\"_rescued\":\"{\\\"key1999\\\":1999}\"}");
  }

  @Test
  void aValueOfThirtyMegabytesIsKept() throws Exception {
    String fat = "\u00e4b".repeat(10 << 20);
    Written written =
        files.land(null, "[{\"a\":\"" + fat + "\"},{\"a\":\"small\"},{\"a\":[\"" + fat + "\"]}]");

    List<ObjectNode> read = files.read(written);

    assertThat(read.get(0).get("a").textValue().equals(fat)).isTrue();
    assertThat(read.get(1).get("a").textValue()).isEqualTo("small");
    assertThat(read.get(2).get("a").textValue().equals("[\"" + fat + "\"]")).isTrue();

    Written rescued = files.land(written.schema(), "{\"\":\"" + fat + "\"}");
    assertThat(
            files.read(rescued).get(0).get("_rescued").textValue().equals("{\"\":\"" + fat + "\"}"))
        .isTrue();
  }

  @Test
  void fiveHundredLevelsAreKeptAsTextAsVariantAndRescued() throws Exception {
    String deep = "[".repeat(499) + "1" + "]".repeat(499);
    Written text = files.land(null, "{\"a\":" + deep + "}");
    assertThat(files.read(text).get(0).get("a").textValue()).isEqualTo(deep);

    Written rescued = files.land(null, "{\"\":" + deep + "}");
    assertThat(files.read(rescued).get(0).get("_rescued").textValue())
        .isEqualTo("{\"\":" + deep + "}");

    String objects = "{\"x\":".repeat(499) + "1" + "}".repeat(499);
    Written variant =
        files.land(
            new Schema(Types.NestedField.optional(1, "a", Types.VariantType.get())),
            "[{\"a\":" + objects + "},{\"a\":" + deep + "}]");
    assertThat(files.read(variant).get(0).get("a").toString()).isEqualTo(objects);
    assertThat(files.read(variant).get(1).get("a").toString()).isEqualTo(deep);
  }

  @Test
  void numbersBeyond64BitsKeepTheirDigits() throws Exception {
    String json =
        "[{\"i\":1,\"d\":0.5},{\"i\":123456789012345678901234567890,\"d\":1e400},"
            + "{\"i\":-1e-400,\"d\":0.1234567890123456789}]";

    List<ObjectNode> read = files.read(files.land(null, json));

    assertThat(read)
        .extracting(row -> row.path("_rescued").asText())
        .containsExactly(
            "",
            "{\"i\":123456789012345678901234567890,\"d\":1E+400}",
            "{\"i\":-1E-400,\"d\":0.1234567890123456789}");
  }

  @Test
  void tenThousandDigitsAreKeptAndDecidedAtOnce() throws Exception {
    String digits = "0.1" + "0".repeat(9_900);
    String json =
        IntStream.range(0, 300)
            .mapToObj(i -> "{\"d\":0.5,\"e\":" + digits + "}")
            .collect(Collectors.joining(",", "[", "]"));

    Written written = assertTimeout(Duration.ofSeconds(60), () -> files.land(null, json));

    assertThat(written.file().rescuedValues()).isEqualTo(300);
    assertThat(files.read(written).get(299).get("_rescued").textValue())
        .isEqualTo("{\"e\":" + digits + "}");
  }

  @Test
  void halvesOfSurrogatePairsAreKeptAsEscapes() throws Exception {
    String json = "{\"a\":\"ok\",\"b\":\"x\\ud800y\",\"c\":[\"\\udc00\",\"\\ud83d\\ude00ä\"]}";

    ObjectNode read = files.read(files.land(null, json)).get(0);

    assertThat(RowFiles.json(read.get("c").textValue()))
        .isEqualTo(RowFiles.json("[\"\\udc00\",\"\\ud83d\\ude00ä\"]"));
    assertThat(RowFiles.json(read.get("_rescued").textValue()))
        .isEqualTo(RowFiles.json("{\"b\":\"x\\ud800y\"}"));
    assertThat(read.get("_rescued").textValue()).isEqualTo("{\"b\":\"x\\uD800y\"}");
  }

  @Test
  void emptyRowsAreRows() throws Exception {
    Written written = files.land(null, "[{},{},{}]");

    assertThat(written.file().rows()).isEqualTo(3);
    assertThat(files.read(written)).hasSize(3).allSatisfy(row -> assertThat(row).isEmpty());
  }

  @Test
  void theNameOfTheRescueColumnIsRescuedInItself() throws Exception {
    ObjectNode read = files.read(files.land(null, "{\"_rescued\":{\"a\":1},\"b\":2}")).get(0);

    assertThat(read.toString())
        .isEqualTo("{\"b\":2,\"_rescued\":\"{\\\"_rescued\\\":{\\\"a\\\":1}}\"}");
  }
}
