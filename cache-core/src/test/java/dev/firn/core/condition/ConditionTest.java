package dev.firn.core.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "status", Types.StringType.get()),
          Types.NestedField.optional(2, "n", Types.LongType.get()),
          Types.NestedField.optional(3, "done", Types.BooleanType.get()),
          Types.NestedField.optional(4, "at", Types.TimestampType.withZone()),
          Types.NestedField.optional(5, "local", Types.TimestampType.withoutZone()),
          Types.NestedField.optional(6, "day", Types.DateType.get()),
          Types.NestedField.optional(7, "Mixed", Types.IntegerType.get()),
          Types.NestedField.optional(8, "twice", Types.IntegerType.get()),
          Types.NestedField.optional(9, "TWICE", Types.IntegerType.get()),
          Types.NestedField.optional(10, "odd \"name\"", Types.IntegerType.get()),
          Types.NestedField.optional(11, "raw", Types.VariantType.get()),
          Types.NestedField.optional(12, "nano", Types.TimestampNanoType.withoutZone()));

  private static Truth test(String condition, Map<String, Object> row) {
    Bound bound = Condition.parse(condition).bind(SCHEMA);
    return bound.test(column -> row.get(bound.columns().get(column).name()));
  }

  /** The place that the caret shows, and the problem. */
  private static void assertRefused(String condition, int position, String problem) {
    assertThatThrownBy(() -> Condition.parse(condition).bind(SCHEMA))
        .isInstanceOfSatisfying(
            InvalidConditionException.class,
            e -> {
              assertThat(e.getMessage()).contains(problem);
              assertThat(e.position()).isEqualTo(position);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status = 'running'",
        "STATUS = 'running'",
        "\"status\" = 'running'",
        "'running' = status",
        "status IN ('pending', 'running')",
        "status LIKE 'run%' AND NOT done",
        "done = FALSE AND n IS NOT NULL",
        "n > 5 AND n <= 7 AND n <> 6 AND n != 8",
        "6 < n",
        "n between 7 and 7",
        "n NOT BETWEEN -3 AND +6.5",
        "n = 7.0 AND n < 7.01 AND n < 70e-1 OR n = 7",
        "(n = 1 OR n = 7) AND ((done = FALSE))",
        "NOT (n = 1) AND NOT NOT n = 7",
        "mixed = 1 AND \"odd \"\"name\"\"\" = 2",
        "at = '2026-01-31 12:30:00' AND at >= '2026-01-31' AND at = '2026-01-31T13:30+01:00'",
        "at < TIMESTAMP '2026-01-31T12:30:00.000001Z' AND day = DATE '2026-01-31'",
        "local = '2026-01-31 12:30' AND nano > '2026-01-31 12:30:00.000000000'",
        "raw IS NOT NULL",
        "TRUE",
        "n = NULL OR TRUE",
      })
  void aRowIsFoundByWhatIsTrueOfIt(String condition) {
    long noon = 1_769_862_600_000_000L;
    assertThat(
            test(
                condition,
                Map.of(
                    "status",
                    "running",
                    "n",
                    7L,
                    "done",
                    false,
                    "at",
                    noon,
                    "local",
                    noon,
                    "day",
                    20_484,
                    "Mixed",
                    1,
                    "odd \"name\"",
                    2,
                    "raw",
                    "anything",
                    "nano",
                    noon * 1000 + 1)))
        .isEqualTo(Truth.TRUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n = 1",
        "NOT n = 1",
        "n IN (1, 2)",
        "n NOT IN (1, 2)",
        "status LIKE '%'",
        "done",
        "NOT done",
        "NULL",
        "n = 1 AND TRUE",
        "n = 1 OR FALSE",
        "NOT (n = 1 AND TRUE)",
        "n BETWEEN 1 AND 2",
      })
  void nothingIsKnownOfWhatIsNull(String condition) {
    assertThat(test(condition, Map.of())).isEqualTo(Truth.UNKNOWN);
  }

  @Test
  void whatIsNotInAListWithNullIsUnknown() {
    assertThat(test("n IN (1, NULL)", Map.of("n", 1L))).isEqualTo(Truth.TRUE);
    assertThat(test("n IN (1, NULL)", Map.of("n", 2L))).isEqualTo(Truth.UNKNOWN);
    assertThat(test("n NOT IN (1, NULL)", Map.of("n", 2L))).isEqualTo(Truth.UNKNOWN);
    assertThat(test("n NOT IN (1, NULL)", Map.of("n", 1L))).isEqualTo(Truth.FALSE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                          | 0  | expected a column, found the end",
        "status =                    | 8  | expected a literal",
        "status == 'a'               | 8  | expected a literal (a number, 'text', TRUE, FALSE or NULL), found \"=\"",
        "status = 'a                 | 9  | this text has no closing '",
        "status = \"a\"              | 9  | expected a literal (a number, 'text', TRUE, FALSE or NULL), found \"a\"",
        "n = 1 n = 2                 | 6  | expected AND, OR or the end, found \"n\"",
        "(n = 1                      | 6  | expected AND, OR or \")\", found the end",
        "n = 1)                      | 5  | expected AND, OR or the end, found \")\"",
        "n IN 1                      | 5  | expected \"(\" and a list of literals, found the number 1",
        "n IN ()                     | 6  | expected a literal",
        "n NOT 1                     | 6  | expected IN, LIKE or BETWEEN, found the number 1",
        "n IS 1                      | 5  | expected NULL, found the number 1",
        "n = n                       | 4  | expected a literal",
        "1                           | 1  | expected a comparison after the number 1",
        "n + 1 = 2                   | 2  | expected AND, OR or the end, found \"+\"",
        "lower(status) = 'a'         | 0  | a condition has no functions, and found \"lower\"",
        "n = 1; DROP TABLE x         | 5  | a condition has no \";\" outside of quotes",
        "n = 1e                      | 6  | expected the digits of an exponent",
        "n = 1x                      | 5  | expected the end of a number",
        "n = 1e999                   | 4  | this number is larger than any double",
        "stats = 'a'                 | 0  | there is no column \"stats\"; did you mean \"status\"?",
        "n = 1 AND bananas = 2       | 10 | there is no column \"bananas\"; there are status, n, done",
        "Twice = 1                   | 0  | column \"Twice\" is written differently: twice, TWICE",
        "n = 'a'                     | 4  | column \"n\" is of type long and is compared with a number, found the text 'a'",
        "status > 5                  | 9  | column \"status\" is of type string and is compared with a text, found the number 5",
        "status = TRUE               | 9  | column \"status\" is of type string and is compared with a text, found TRUE",
        "n IN (1, 'b')               | 9  | column \"n\" is of type long and is compared with a number, found the text 'b'",
        "n LIKE 'a'                  | 0  | column \"n\" is of type long, LIKE needs a text",
        "status LIKE 5               | 12 | LIKE expects a pattern like 'a%', found the number 5",
        "status AND n = 1            | 0  | column \"status\" is of type string and no condition by itself",
        "raw = 'a'                   | 0  | column \"raw\" is of type variant, which can only be asked IS NULL or IS NOT NULL",
        "at > 'yesterday'            | 5  | column \"at\" is of type timestamptz and expects a time like",
        "at > '2026-02-30'           | 5  | column \"at\" is of type timestamptz and expects a time like",
        "at > '2026-01-01T00:00:00.0000001Z' | 5 | column \"at\" is of type timestamptz and expects a time like",
        "local > '2026-01-01T00:00Z' | 8  | column \"local\" is of type timestamp and expects a time without zone",
        "day > '2026-01-01 00:00'    | 6  | column \"day\" is of type date and expects a date like '2026-01-31'",
        "nano > '2300-01-01'         | 7  | before 2262",
      })
  void whatIsNoConditionIsRefusedWithItsPlace(String condition, int position, String problem) {
    assertRefused(condition, position, problem);
  }

  @Test
  void theCaretStandsBelowThePlace() {
    assertThatThrownBy(() -> Condition.parse("status = 'é😀' AND\n n ? 5"))
        .hasMessageEndingWith("\n  status = 'é😀' AND  n ? 5\n" + " ".repeat(23) + "^");
  }

  @Test
  void theCaretOfALongConditionStandsInAnExcerpt() {
    String start = "n = 1 OR ".repeat(1000);
    assertThatThrownBy(() -> Condition.parse(start + "?" + start))
        .satisfies(
            e -> {
              List<String> lines = Arrays.asList(e.getMessage().split("\n"));
              assertThat(lines).hasSize(3);
              assertThat(lines.get(1)).hasSizeLessThan(100);
              assertThat(lines.get(1).charAt(lines.get(2).indexOf('^'))).isEqualTo('?');
            });
  }

  @Test
  void nestingIsLimitedBeforeItCanOverflowTheStack() {
    String deep = "(".repeat(Parser.MAX_DEPTH) + "n = 1" + ")".repeat(Parser.MAX_DEPTH);
    assertThat(test(deep, Map.of("n", 1L))).isEqualTo(Truth.TRUE);
    assertRefused("(" + deep + ")", Parser.MAX_DEPTH, "nested more than 100 deep");
    assertRefused("(".repeat(60_000), Parser.MAX_DEPTH, "nested more than 100 deep");
    assertRefused("(".repeat(100_000), Parser.MAX_CHARACTERS, "at most 65536 characters");
  }

  @Test
  void chainsMayBeAsLongAsTheTextMay() {
    Map<String, Object> row = Map.of("n", 1L);
    assertThat(test("NOT ".repeat(16_000) + "n = 1", row)).isEqualTo(Truth.TRUE);
    assertThat(test("n = 1" + " AND n = 1".repeat(6_000), row)).isEqualTo(Truth.TRUE);
    assertThat(test("n = 2" + " OR n = 2".repeat(6_000) + " OR n = 1", row)).isEqualTo(Truth.TRUE);
    assertThat(test("n IN (" + "0,".repeat(30_000) + "1)", row)).isEqualTo(Truth.TRUE);
  }

  @Test
  void aPatternThatFitsAlmostEverywhereIsRefusedQuickly() {
    String condition = "status LIKE '" + "%a".repeat(500) + "%b'";
    assertThat(test(condition, Map.of("status", "a".repeat(20_000)))).isEqualTo(Truth.FALSE);
  }
}
