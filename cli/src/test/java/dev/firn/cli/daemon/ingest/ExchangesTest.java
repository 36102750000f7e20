package dev.firn.cli.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.firn.core.rows.JsonExchange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExchangesTest {

  private static Exchanges lines(String text) throws BadBodyException {
    return Exchanges.ofLines(Body.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> parsed(Exchanges exchanges) throws BadBodyException {
    List<String> rows = new ArrayList<>();
    for (Exchanges.Place place : exchanges.places()) {
      JsonExchange exchange = exchanges.parse(place);
      rows.add(exchange.rows().stream().map(Object::toString).collect(Collectors.joining(";")));
    }
    return rows;
  }

  @Test
  void parsingTwiceFindsTheSame() throws BadBodyException {
    Exchanges exchanges =
        lines("{\"a\":1}\n\r\n \t\n {\"a\":2} \r\n[{\"a\":3}]\n\n{\"a\":4}\n{\"a\":5}");

    List<String> first = parsed(exchanges);

    assertThat(first)
        .containsExactly("{\"a\":1};{\"a\":2}", "{\"a\":3}", "{\"a\":4};{\"a\":5}")
        .isEqualTo(parsed(exchanges));
  }

  @Test
  void aThousandLinesMakeAnExchange() throws BadBodyException {
    assertThat(lines("{\"a\":1}\n".repeat(2001)).places()).hasSize(3);
  }

  @Test
  void aMebibyteMakesAnExchange() throws BadBodyException {
    String line = "{\"a\":\"" + "x".repeat(300 << 10) + "\"}\n";
    assertThat(lines(line.repeat(9)).places()).hasSize(3);
  }

  @Test
  void moreThanAThousandExchangesAreForAnotherRequest() {
    assertThatThrownBy(() -> lines("[{\"a\":1}]\n".repeat(1001)))
        .isInstanceOfSatisfying(BadBodyException.class, e -> assertThat(e.line()).isEqualTo(1001))
        .hasMessageContaining("more than 1000 exchanges");
  }

  @Test
  void nothingButBlanksIsNoBody() {
    assertThatThrownBy(() -> lines("\n \r\n")).isInstanceOf(BadBodyException.class);
    assertThatThrownBy(() -> lines("")).isInstanceOf(BadBodyException.class);
  }

  @Test
  void theLineThatIsNamedIsTheOneThatIsWrongWhateverSurroundsIt() throws BadBodyException {
    long seed = 20261122;
    Random random = new Random(seed);
    String[] good = {"{\"a\":1}", " {\"b\":\"}\\\"{\"} ", "", "\r", "{\"c\":[{},{\"d\":[]}]}"};
    for (int round = 0; round < 300; round++) {
      int bad = random.nextInt(30);
      StringBuilder text = new StringBuilder();
      for (int line = 0; line < 30; line++) {
        text.append(line == bad ? "{\"x\":nul}" : good[random.nextInt(good.length)]).append('\n');
      }
      Exchanges exchanges = lines(text.toString());
      assertThatThrownBy(() -> parsed(exchanges))
          .as("seed " + seed + ", round " + round)
          .isInstanceOfSatisfying(
              BadBodyException.class, e -> assertThat(e.line()).isEqualTo(bad + 1L));
    }
  }

  private static BadBodyException problem(Exchanges exchanges) {
    return catchThrowableOfType(BadBodyException.class, () -> parsed(exchanges));
  }

  @Test
  void whatEndsTooSoonIsShownByWhatStandsBeforeItsEnd() throws BadBodyException {
    assertThat(problem(lines("{\"a\":1}\n[{\"a\":2}")).value()).isEqualTo("[{\"a\":2}");
    String text = "[{\"a\":\"" + "é".repeat(100);
    assertThat(problem(lines(text)).value()).isEqualTo("…" + "é".repeat(40));
    assertThat(problem(Exchanges.ofDocument(Body.of(new byte[] {'['}))).value()).isEqualTo("[");
  }

  @Test
  void whatIsNoRowIsShown() throws BadBodyException {
    assertThat(problem(lines("[1, 2]")).value()).isEqualTo("1, 2]");
    assertThat(problem(lines("42")).value()).isEqualTo("42");
    assertThat(problem(lines("nonsense " + "x".repeat(50))).value())
        .isEqualTo("nonsense " + "x".repeat(31) + "…");
  }
}
