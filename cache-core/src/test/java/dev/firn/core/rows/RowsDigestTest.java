package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows that say the same have one digest, and those that do not have another. */
class RowsDigestTest {
  private static final long SALT = 17;

  @Test
  void spellingDoesNotCount() throws Exception {
    requireSame("{\"a\":1,\"b\":[true,null]}", " {\"b\" : [ true,\n null ] , \"a\":1 } ");
    requireSame("{\"a\":1}", "[{\"a\":1}]");
    requireSame("{\"a\":\"\\u00e9\\/\"}", "{\"\\u0061\":\"é/\"}");
    requireSame("{\"o\":{\"x\":1,\"y\":{\"z\":2}}}", "{\"o\":{\"y\":{\"z\":2},\"x\":1}}");
  }

  @Test
  void numbersCountByTheirValue() throws Exception {
    requireSame("{\"n\":100}", "{\"n\":1e2}", "{\"n\":100.00}", "{\"n\":0.1e3}");
    requireSame("{\"n\":0}", "{\"n\":0.00}", "{\"n\":-0.0}", "{\"n\":0e9}");
    requireSame("{\"n\":-1.5}", "{\"n\":-15e-1}", "{\"n\":-1.50}");
    requireSame("{\"n\":1234567890123456789}", "{\"n\":123456789012345678900e-2}");
    requireSame("{\"n\":-1234567890123456789e5}", "{\"n\":-123456789012345678900000}");
    requireSame("{\"n\":99999999999999999999}", "{\"n\":9999999999999999999900e-2}");
    requireSame("{\"n\":1e30}", "{\"n\":1" + "0".repeat(30) + "}");
    requireSame("{\"n\":7e9000}", "{\"n\":7" + "0".repeat(9000) + "}");
  }

  @Test
  void doublesOfAProgramCountAsTheJsonThatHoldsThem() throws Exception {
    for (double number : new double[] {0.1, 1e300, -2.5, 100, 4.9e-324, 1e-5}) {
      ObjectNode row = JsonNodeFactory.instance.objectNode().put("n", number);
      assertThat(RowsDigest.of(List.of(row), SALT)).isEqualTo(digest(row.toString()));
    }
    ObjectNode row = JsonNodeFactory.instance.objectNode().put("n", Double.NaN);
    assertThat(RowsDigest.of(List.of(row), SALT)).isEqualTo(digest("{\"n\":\"NaN\"}"));
  }

  @Test
  void whatIsSaidCounts() throws Exception {
    String[] different = {
      "{}",
      "{\"a\":null}",
      "{\"a\":0}",
      "{\"a\":1}",
      "{\"a\":-1}",
      "{\"a\":10}",
      "{\"a\":0.1}",
      "{\"a\":\"1\"}",
      "{\"a\":true}",
      "{\"a\":false}",
      "{\"a\":\"true\"}",
      "{\"a\":\"\"}",
      "{\"a\":[]}",
      "{\"a\":{}}",
      "{\"a\":[1]}",
      "{\"a\":[[1]]}",
      "{\"a\":[1,2]}",
      "{\"a\":[2,1]}",
      "{\"a\":{\"b\":1}}",
      "{\"b\":{\"a\":1}}",
      "{\"a\":1,\"b\":2}",
      "{\"a\":2,\"b\":1}",
      "{\"b\":1}",
      "{\"A\":1}",
      "{\"a\":{\"b\":1},\"c\":2}",
      "{\"a\":{\"b\":1,\"c\":2}}",
      "{\"a\":123456789012345678901}",
      "{\"a\":123456789012345678902}",
      "{\"a\":1e99}",
      "{\"a\":1e-99}",
      "[{},{}]",
      "[{\"a\":1},{}]",
      "[{},{\"a\":1}]",
      "[{\"a\":1},{\"a\":1}]",
    };
    Set<Long> digests = new HashSet<>();
    for (String json : different) {
      assertThat(digests.add(digest(json))).as(json).isTrue();
    }
    for (int i = 0; i < 20_000; i++) {
      digests.add(digest("{\"id\":" + (i + 1_000_000) + ",\"t\":\"" + i % 7 + "\"}"));
    }
    assertThat(digests).hasSize(different.length + 20_000).doesNotContain(0L);
    List<ObjectNode> rows = parse("{\"a\":1}").rows();
    assertThat(RowsDigest.of(rows, SALT)).isNotEqualTo(RowsDigest.of(rows, SALT + 1));
  }

  @Test
  void aLargeValueCountsWhereverItStands() throws Exception {
    String large = "x".repeat(2000);
    String row = "{\"a\":\"" + large + "\",\"b\":\"" + large + "\"}";
    requireSame("[" + row + "," + row + "]", "[" + row + ", " + row + "]");
    String other = row.replace("xx\"}", "xy\"}");
    assertThat(digest("[" + row + "," + row + "]"))
        .isNotEqualTo(digest("[" + row + "," + other + "]"))
        .isNotEqualTo(digest("[" + other + "," + row + "]"));
  }

  /** Digests stand on disks: they are what they were. */
  @Test
  void digestsAreThoseOfTheFirstVersion() throws Exception {
    String json =
        "[{\"id\":1,\"t\":\"é\",\"x\":[1.5,null,true,{\"y\":\"\"}]},{\"id\":12345678901234567890123}]";
    assertThat(Long.toHexString(digest(json))).isEqualTo("c53dc888b8fc7216");
  }

  private static void requireSame(String first, String... others) throws Exception {
    for (String other : others) {
      assertThat(digest(other)).as(first + " and " + other).isEqualTo(digest(first));
    }
  }

  private static long digest(String json) throws Exception {
    return RowsDigest.of(parse(json).rows(), SALT);
  }

  private static JsonExchange parse(String json) throws Exception {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    return JsonExchange.parse(utf8, 0, utf8.length);
  }
}
