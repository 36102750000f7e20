package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonExchangeTest {

  private static JsonExchange parse(String json) throws NotAnExchangeException {
    return parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonExchange parse(byte[] bytes) throws NotAnExchangeException {
    return JsonExchange.parse(bytes, 0, bytes.length);
  }

  @Test
  void anObjectIsOneRow() throws Exception {
    JsonExchange exchange = parse(" {\"a\":1} ");

    assertThat(exchange.rows()).extracting(ObjectNode::toString).containsExactly("{\"a\":1}");
    assertThat(exchange.bytes()).isEqualTo(9);
  }

  @Test
  void anArrayOfObjectsIsItsRowsInOrder() throws Exception {
    assertThat(parse("[{\"a\":1},{},{\"a\":2}]").rows())
        .extracting(ObjectNode::toString)
        .containsExactly("{\"a\":1}", "{}", "{\"a\":2}");
  }

  @Test
  void onlyTheGivenRangeIsRead() throws Exception {
    byte[] bytes = "xx{\"a\":1}{\"a\":2}".getBytes(StandardCharsets.UTF_8);

    JsonExchange exchange = JsonExchange.parse(bytes, 2, 7);

    assertThat(exchange.rows()).extracting(ObjectNode::toString).containsExactly("{\"a\":1}");
    assertThat(exchange.bytes()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | Nothing there",
        "`  ` | Nothing there",
        "1 | Neither an object nor an array (at byte 0)",
        "null | Neither an object",
        "\"text\" | Neither an object",
        "[] | No row in the array",
        "[{},1] | Row 1 is no object (at byte 4)",
        "[[{}]] | Row 0 is no object (at byte 1)",
        "[null] | Row 0 is no object",
        "{} {} | More than one JSON value (at byte 3)",
        "[{}]] | No JSON",
        "{\"a\":1 | No JSON: Unexpected end-of-input",
        "[{\"a\":1} | No JSON: Unexpected end-of-input",
        "[{\"a\":1}, | No JSON: Unexpected end-of-input",
        "{\"a\":1,} | No JSON",
        "[{},] | No JSON",
        "{'a':1} | No JSON",
        "{a:1} | No JSON",
        "{\"a\":NaN} | No JSON",
        "{\"a\":Infinity} | No JSON",
        "{\"a\":-Infinity} | No JSON",
        "{\"a\":01} | No JSON",
        "{\"a\":+1} | No JSON",
        "{\"a\":1.} | No JSON",
        "{\"a\":\"\t\"} | No JSON",
        "{\"a\":\"\\x\"} | No JSON",
        "{\"a\":\"\\ud8\"} | No JSON",
        "{\"\\ud800\":1} | No JSON",
        "{\"\\udc00\":1} | No JSON",
        "{} // done | No JSON",
        "{\"a\":1e99999999999} | No JSON",
      })
  void whatIsNoExchangeIsSaidToBeNone(String json, String message) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(NotAnExchangeException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void fiveHundredLevelsAreARowAndOneMoreIsNone() throws Exception {
    String deep = "[".repeat(499) + "]".repeat(499);
    String tooDeep = "[".repeat(500) + "]".repeat(500);

    assertThat(parse("{\"a\":" + deep + "}").rows()).hasSize(1);
    assertThat(parse("[{\"a\":" + deep + "}]").rows()).hasSize(1);
    for (String json : List.of("{\"a\":" + tooDeep + "}", "[{\"a\":" + tooDeep + "}]")) {
      assertThatThrownBy(() -> parse(json)).isInstanceOf(NotAnExchangeException.class);
    }
    String bottomless = "[{\"a\":" + "[".repeat(1_000_000);
    assertThatThrownBy(() -> parse(bottomless)).isInstanceOf(NotAnExchangeException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 9000})
  void invalidUtf8IsRefusedWithItsPlace(int before) {
    int[][] wrong = {
      {0xff},
      {0xc3},
      {0xc3, 0x28},
      {0xe2, 0x28, 0xa1},
      {0xc0, 0xaf}, // overlong
      {0xed, 0xa0, 0x80}, // half a surrogate pair
      {0xf4, 0x90, 0x80, 0x80}, // beyond Unicode
    };
    for (int[] bytes : wrong) {
      String start = "{\"a\":\"" + "x".repeat(before);
      byte[] json = Arrays.copyOf(start.getBytes(StandardCharsets.UTF_8), start.length() + 6);
      for (int i = 0; i < bytes.length; i++) {
        json[start.length() + i] = (byte) bytes[i];
      }
      json[start.length() + bytes.length] = '"';
      json[start.length() + bytes.length + 1] = '}';
      int length = start.length() + bytes.length + 2;

      assertThatThrownBy(() -> JsonExchange.parse(json, 0, length))
          .isInstanceOf(NotAnExchangeException.class)
          .hasMessage("No UTF-8 (at byte " + start.length() + ")");
    }
  }

  @Test
  void otherEncodingsOfUnicodeAreNoExchange() {
    for (var charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
      assertThatThrownBy(() -> parse("{\"a\":1}".getBytes(charset)))
          .isInstanceOf(NotAnExchangeException.class);
    }
  }

  @Test
  void halfASurrogatePairMayStandInATextAndAWholeOneInAName() throws Exception {
    ObjectNode row = parse("{\"\\ud83d\\ude00\":\"\\ud800\"}").rows().get(0);

    assertThat(row.get("\ud83d\ude00").textValue()).isEqualTo("\ud800");
  }

  @Test
  void aByteOrderMarkIsSkipped() throws Exception {
    assertThat(parse("\ufeff{\"a\":1}").rows()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1,'b':2,'a':3} | {'a':3,'b':2} | {'a':1}",
        "{'a':1,'a':null} | {'a':null} | {'a':1}",
        "{'a':1.50,'a':[2],'a':'x','a':4} | {'a':4} | {'a':[1.50,[2],'x']}",
        "{'a':[1],'a':[2]} | {'a':[2]} | {'a':[1]}",
        "{'a':1,'b':2,'a':{'c':1,'c':{'d':0}}} | {'a':{'c':{'d':0}},'b':2} | {'a.c':1,'a':1}",
        "{'l':[{'x':1,'x':2},{'x':3,'x':4}]} | {'l':[{'x':2},{'x':4}]} | {'l.x':[1,3]}",
        "{'a':1,'a':2,'_rescued':'{}'} | {'a':2} | {'a':1,'_rescued':'{}'}",
        "{'_rescued':1,'_rescued':2} | {} | {'_rescued':[1,2]}",
      })
  void ofANameThatOccursTwiceTheLastValueCountsAndTheOthersAreRescued(
      String json, String row, String rescued) throws Exception {
    for (String rows : List.of(json, "[{'first':true}," + json + ",{'last':[]}]")) {
      List<ObjectNode> parsed = parse(rows.replace('\'', '"')).rows();
      ObjectNode found = parsed.get(parsed.size() / 2);
      String text = found.remove("_rescued").textValue();
      assertThat(found.toString()).isEqualTo(row.replace('\'', '"'));
      assertThat(text).isEqualTo(rescued.replace('\'', '"'));
      parsed.forEach(each -> assertThat(each.has("_rescued")).isFalse());
    }
  }

  @Test
  void aNameThatOccursTwiceHidesNothingElseThatIsWrong() {
    for (String json :
        List.of(
            "{'a':1,'a':2",
            "{'a':1,'a':2} {}",
            "[{'a':1,'a':2},3]",
            "{'a':1,'a':tru}",
            "{'a':1,'a':" + "[".repeat(501) + "]".repeat(501) + "}")) {
      assertThatThrownBy(() -> parse(json.replace('\'', '"')))
          .as(json)
          .isInstanceOf(NotAnExchangeException.class);
    }
  }

  @Test
  void numbersAreKeptExactly() throws Exception {
    String json =
        "{\"a\":123456789012345678901234567890,\"b\":1.10,\"c\":1E+400,\"d\":0.1000000000000000055}";

    assertThat(parse(json).rows().get(0).toString()).isEqualTo(json);
    String digits = "9".repeat(9999);
    assertThat(parse("{\"a\":" + digits + "}").rows().get(0).get("a").bigIntegerValue().toString())
        .isEqualTo(digits);
    assertThatThrownBy(() -> parse("{\"a\":" + "9".repeat(10_001) + "}"))
        .isInstanceOf(NotAnExchangeException.class);
  }

  @Test
  void aLargeValueThatRepeatsIsHeldOnce() throws Exception {
    String text = "x".repeat(1000);
    String row = "{\"text\":\"" + text + "\",\"tools\":[{\"name\":\"a\"}],\"n\":1}";
    List<ObjectNode> rows = parse("[" + row + "," + row + ",{}," + row + "]").rows();

    assertThat(rows.get(3).get("text")).isSameAs(rows.get(0).get("text"));
    assertThat(rows.get(1).get("tools")).isSameAs(rows.get(0).get("tools"));
    assertThat(rows.get(1)).isEqualTo(rows.get(0)).isNotSameAs(rows.get(0));
  }

  @Test
  void whatIsSpeltOtherwiseIsNotTheSame() throws Exception {
    String json =
        "[{\"a\":{\"x\":1,\"y\":[1.0]}},{\"a\":{\"y\":[1.0],\"x\":1}},{\"a\":{\"y\":[1.00],\"x\":1}}]";

    assertThat(parse(json).rows().toString().replace(" ", "")).isEqualTo(json);
  }
}
