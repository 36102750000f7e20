package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.Corrupt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    assertThat(HeldExchange.parse(FILE, EXCHANGE.format())).isEqualTo(EXCHANGE);
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    byte[] file = EXCHANGE.format();
    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] flipped = file.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> HeldExchange.parse(FILE, flipped))
          .as(new String(flipped, StandardCharsets.UTF_8))
          .isInstanceOf(Corrupt.class);
    }
  }

  @Test
  void everyTruncationAndEveryAppendageIsFound() throws IOException {
    byte[] file = EXCHANGE.format();
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> HeldExchange.parse(FILE, cut)).isInstanceOf(Corrupt.class);
    }
    for (String more : List.of(" ", "\n", "{}", "x")) {
      byte[] longer =
          (new String(file, StandardCharsets.UTF_8) + more).getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> HeldExchange.parse(FILE, longer)).isInstanceOf(Corrupt.class);
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
      assertThatThrownBy(() -> HeldExchange.parse(FILE, text.getBytes(StandardCharsets.UTF_8)))
          .as(text)
          .isInstanceOf(Corrupt.class)
          .hasMessageContaining("a.json");
    }
  }
}
