package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.Corrupt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A held file is what was accepted, or it is damaged: nothing in between lands. */
class HeldExchangeTest {
  private static final Path FILE = Path.of("held", "a.json");
  private static final HeldExchange EXCHANGE = exchange();

  private static HeldExchange exchange() {
    try {
      JsonNode row = new ObjectMapper().readTree("{\"k\": \"größe 1\", \"n\": 17, \"d\": null}");
      return new HeldExchange(
          "id", "datasets/d/source=s", "2026-01-02T03:04:05Z", List.of((ObjectNode) row));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Rows one by one, as a copy gives them. */
  private static List<ObjectNode> oneByOne(byte[] file) throws IOException {
    HeldExchange.Checksum checksum = new HeldExchange.Checksum(FILE, file.length);
    for (int start = 0; start < file.length; start += 7) {
      byte[] chunk = Arrays.copyOfRange(file, start, start + 7);
      checksum.update(chunk, Math.min(7, file.length - start));
    }
    List<ObjectNode> rows = new ArrayList<>();
    boolean checked = checksum.check();
    HeldExchange.read(FILE, checked, new ByteArrayInputStream(file), (row, n) -> rows.add(row));
    return rows;
  }

  private static void assertDamaged(byte[] file) {
    String shown = new String(file, StandardCharsets.UTF_8);
    assertThatThrownBy(() -> HeldExchange.parse(FILE, file)).as(shown).isInstanceOf(Corrupt.class);
    assertThatThrownBy(() -> oneByOne(file)).as("one by one: " + shown).isInstanceOf(Corrupt.class);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    assertThat(HeldExchange.parse(FILE, EXCHANGE.format())).isEqualTo(EXCHANGE);
    assertThat(oneByOne(EXCHANGE.format())).isEqualTo(EXCHANGE.rows());
  }

  @Test
  void rowsComeOneByOneUntilTheVisitorHasEnough() throws IOException {
    String file = "{\"at\":\"t\",\"rows\":[{\"a\":[1]},{\"a\":1.10},{}],\"id\":\"x\"}";
    assertThat(oneByOne(file.getBytes(StandardCharsets.UTF_8)))
        .map(ObjectNode::toString)
        .containsExactly("{\"a\":[1]}", "{\"a\":1.10}", "{}");

    List<Long> sizes = new ArrayList<>();
    assertThat(
            HeldExchange.read(
                FILE,
                false,
                new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                (row, bytes) -> sizes.add(bytes) && sizes.size() < 2))
        .isFalse();
    assertThat(sizes).containsExactly(9L, 11L);
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    byte[] file = EXCHANGE.format();
    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] flipped = file.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertDamaged(flipped);
    }
  }

  @Test
  void everyTruncationAndEveryAppendageIsFound() throws IOException {
    byte[] file = EXCHANGE.format();
    for (int length = 0; length < file.length; length++) {
      assertDamaged(Arrays.copyOf(file, length));
    }
    for (String more : List.of(" ", "\n", "{}", "x")) {
      byte[] longer =
          (new String(file, StandardCharsets.UTF_8) + more).getBytes(StandardCharsets.UTF_8);
      assertDamaged(longer);
    }
  }

  @Test
  void fileOfAVersionThatWroteNoChecksumIsRead() throws IOException {
    byte[] older =
        "{\"id\":\"x\",\"partition\":\"p\",\"at\":\"t\",\"rows\":[{\"k\":1.10}]}"
            .getBytes(StandardCharsets.UTF_8);
    HeldExchange read = HeldExchange.parse(FILE, older);
    assertThat(read.id()).isEqualTo("x");
    assertThat(read.rows()).singleElement().hasToString("{\"k\":1.10}");
  }

  @Test
  void whatIsNoExchangeIsNamed() {
    for (String text : List.of("", "5", "[]", "{}", "{\"rows\":[]}", "{\"rows\":[5]}", "null")) {
      assertDamaged(text.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> HeldExchange.parse(FILE, text.getBytes(StandardCharsets.UTF_8)))
          .as(text)
          .isInstanceOf(Corrupt.class)
          .hasMessageContaining("a.json");
    }
  }
}
