package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaFitTest {

  private static SchemaFit first(String json) {
    return SchemaFit.of(null, 0, RowFiles.rows(json), OnMismatch.RESCUE);
  }

  private static SchemaFit next(Schema schema, String json) {
    return SchemaFit.of(schema, 0, RowFiles.rows(json), OnMismatch.RESCUE);
  }

  /** {@code "1:a:int 2:b:string!"}: ids, names, types; an exclamation mark for required. */
  private static String columns(Schema schema) {
    return schema.columns().stream()
        .map(
            field ->
                field.fieldId()
                    + ":"
                    + field.name()
                    + ":"
                    + ValueFit.describe(field.type())
                    + (field.isRequired() ? "!" : ""))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest(name = "{0}: {1} is {2}, {3} rescued")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "small whole numbers | 1,-2147483648 | int | 0",
        "one beyond 32 bits | 1,2147483648 | long | 0",
        "64 bits | 9223372036854775807,-9223372036854775808 | long | 0",
        "a fraction among whole numbers | 1,2.5 | double | 0",
        "whole numbers spelt as fractions | 1.0,2.0 | double | 0",
        "an exponent | 1e3 | double | 0",
        "a long that no double holds, beside a fraction | 0.5,9007199254740993 | double | 1",
        "the same the other way round | 9007199254740993,0.5 | double | 1",
        "a number beyond 64 bits among small ones | 1,123456789012345678901234567890 | int | 1",
        "2^63 is beyond | 9223372036854775808,1 | int | 1",
        "a power of two beyond 64 bits fits a double exactly | 0.5,18446744073709551616 | double | 0",
        "1e400 among fractions | 0.5,1e400 | double | 1",
        "more digits than a double | 0.5,0.12345678901234567890123 | double | 1",
        "the digits that C prints for 0.1 | 0.10000000000000001 | double | 0",
        "booleans | true,false | boolean | 0",
        "texts | \"a\",\"\" | string | 0",
        "objects | {\"x\":1},{} | string | 0",
        "arrays | [1,2],[] | string | 0",
        "texts and objects | \"a\",{\"x\":1} | string | 0",
        "timestamps | \"2026-01-01T00:00:00Z\",\"2026-01-01T01:00:00.123456+02:00\" | timestamptz | 0",
        "a timestamp and a text | \"2026-01-01T00:00:00Z\",\"later\" | string | 0",
        "a timestamp and an object | \"2026-01-01T00:00:00Z\",{} | string | 0",
        "a timestamp and a number | \"2026-01-01T00:00:00Z\",1 | timestamptz | 1",
        "a timestamp finer than microseconds | \"2026-01-01T00:00:00.1234567Z\" | string | 0",
        "with zeros behind microseconds | \"2026-01-01T00:00:00.123456000Z\" | timestamptz | 0",
        "a date-time without offset | \"2026-01-01T00:00:00\" | string | 0",
        "a date | \"2026-01-01\" | string | 0",
        "no such day | \"2026-02-30T00:00:00Z\" | string | 0",
        "a leap second | \"2016-12-31T23:59:60Z\" | string | 0",
        "hour 24 | \"2026-01-01T24:00:00Z\" | string | 0",
        "no seconds | \"2026-01-01T00:00Z\" | string | 0",
        "a basic offset | \"2026-01-01T00:00:00+0100\" | string | 0",
        "an impossible offset | \"2026-01-01T00:00:00+19:00\" | string | 0",
        "a blank for T | \"2026-01-01 00:00:00Z\" | string | 0",
        "a number, then texts | 1,\"a\",\"b\" | int | 2",
        "a text, then numbers | \"a\",1,2.5 | string | 2",
        "a boolean, then others | true,1,\"true\" | boolean | 2",
        "nulls first | null,null,7 | int | 0",
        "half a surrogate pair among texts | \"a\",\"\\ud800\" | string | 1",
        "half a surrogate pair in an object | {\"a\":\"\\ud800\"} | string | 0",
      })
  void typeOfANewColumn(String name, String values, String type, long rescued) {
    String json = "[{\"v\":" + String.join("},{\"v\":", split(values)) + "}]";

    SchemaFit fit = first(json);

    assertThat(columns(fit.schema()))
        .isEqualTo("1:v:" + type + (rescued > 0 ? " 2:_rescued:string" : ""));
    assertThat(fit.rescuedValues()).isEqualTo(rescued);
    assertThat(fit.changesSchema()).isTrue();
  }

  private static List<String> split(String values) {
    return RowFiles.json("[" + values + "]")
        .valueStream()
        .map(value -> new String(JsonText.of(value), StandardCharsets.UTF_8))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"v\":1e400}",
        "{\"v\":123456789012345678901234567890}",
        "{\"v\":\"\\ud800\"}",
        "{\"\":1}",
        "{\"\\u0000\":1}",
        "{\"a\\nb\":1}",
        "{\"_rescued\":1}",
        "{\"_RESCUED\":1}",
      })
  void whatNoColumnCanHoldIsRescuedAlone(String json) {
    SchemaFit fit = first(json);

    assertThat(columns(fit.schema())).isEqualTo("1:_rescued:string");
    assertThat(fit.addedColumns()).containsExactly("_rescued");
    assertThat(fit.rescuedValues()).isEqualTo(1);
  }

  @Test
  void aNameWithHalfASurrogatePairIsRescued() {
    ObjectNode row = JsonNodeFactory.instance.objectNode().put("\ud800", 1);

    SchemaFit fit = SchemaFit.of(null, 0, List.of(row), OnMismatch.RESCUE);

    assertThat(columns(fit.schema())).isEqualTo("1:_rescued:string");
  }

  @Test
  void aTableHasAtLeastTheRescueColumn() {
    for (String json : List.of("{}", "[{},{}]", "{\"a\":null}")) {
      assertThat(columns(first(json).schema())).isEqualTo("1:_rescued:string");
      assertThat(first(json).rescuedValues()).isZero();
    }
  }

  @Test
  void columnsComeInTheOrderOfTheirFirstValue() {
    assertThat(columns(first("[{\"z\":null,\"b\":1},{\"z\":2,\"a\":\"t\"}]").schema()))
        .isEqualTo("1:b:int 2:z:int 3:a:string");
  }

  @Test
  void rowsThatComeOneByOneMakeTheSameKindsAsRowsThatComeTogether() {
    List<String> rows =
        List.of("{\"a\":1}", "{\"a\":\"x\",\"b\":true}", "{\"b\":1,\"c\":{}}", "{\"c\":\"t\"}");
    SchemaFit together = first("[" + String.join(",", rows) + "]");
    Schema schema = null;
    long rescued = 0;
    for (String row : rows) {
      SchemaFit fit = SchemaFit.of(schema, 0, RowFiles.rows(row), OnMismatch.RESCUE);
      schema = fit.schema();
      rescued += fit.rescuedValues();
    }

    assertThat(rescued).isEqualTo(together.rescuedValues()).isEqualTo(2);
    assertThat(schema.findType("a")).isEqualTo(together.schema().findType("a"));
    assertThat(schema.findType("b")).isEqualTo(together.schema().findType("b"));
    assertThat(schema.findType("c")).isEqualTo(together.schema().findType("c"));
  }

  @Test
  void namesThatDifferOnlyInCaseAreRescuedExceptTheFirst() {
    SchemaFit fit = first("[{\"Name\":1,\"name\":2},{\"NAME\":3,\"Name\":4}]");

    assertThat(columns(fit.schema())).isEqualTo("1:Name:int 2:_rescued:string");
    assertThat(fit.rescuedValues()).isEqualTo(2);

    SchemaFit later = next(new Schema(optional(1, "key")), "{\"KEY\":\"a\",\"key\":\"b\"}");
    assertThat(later.rescuedValues()).isEqualTo(1);
  }

  @Test
  void dotsAndBlanksMakeColumnsUnlessParquetWouldSpellTwoAlike() {
    SchemaFit fit = first("{\"http.status\":1,\"a b\":2,\"größe\":3,\"http_x2Estatus\":4}");

    assertThat(columns(fit.schema()))
        .isEqualTo("1:http.status:int 2:a b:int 3:größe:int 4:_rescued:string");
    assertThat(fit.rescuedValues()).isEqualTo(1);
  }

  @Test
  void aNameLikeThePathOfANestedFieldIsRescued() {
    Schema schema =
        new Schema(
            Types.NestedField.optional(
                1, "a", Types.StructType.of(Types.NestedField.optional(2, "b", STRING))));

    SchemaFit fit = next(schema, "{\"a.b\":1,\"a.c\":2}");

    assertThat(fit.addedColumns()).containsExactly("a.c", "_rescued");
    assertThat(fit.rescuedValues()).isEqualTo(1);
  }

  @Test
  void aNameHasAtMostTwoHundredBytes() {
    String longest = "n".repeat(200);
    SchemaFit fit =
        first("{\"" + longest + "\":1,\"" + longest + "n\":2,\"" + "ä".repeat(101) + "\":3}");

    assertThat(fit.addedColumns()).containsExactly(longest, "_rescued");
    assertThat(fit.rescuedValues()).isEqualTo(2);
  }

  @Test
  void theThousandFirstNameIsRescued() {
    String row =
        IntStream.range(0, 1001)
            .mapToObj(i -> "\"k" + i + "\":" + i)
            .collect(Collectors.joining(",", "{", "}"));

    SchemaFit fit = first(row);

    assertThat(fit.schema().columns()).hasSize(1001);
    assertThat(fit.schema().findField("k999")).isNotNull();
    assertThat(fit.schema().findField("k1000")).isNull();
    assertThat(fit.rescuedValues()).isEqualTo(1);
    assertThat(next(fit.schema(), "{\"other\":1}").changesSchema()).isFalse();
    assertThat(next(fit.schema(), "{\"other\":1}").rescuedValues()).isEqualTo(1);
  }

  private static final Types.StringType STRING = Types.StringType.get();

  private static Types.NestedField optional(int id, String name) {
    return Types.NestedField.optional(id, name, STRING);
  }

  @Test
  void newColumnsGetIdsThatTheTableNeverHad() {
    Schema schema = new Schema(optional(3, "a"));

    SchemaFit fit = SchemaFit.of(schema, 17, RowFiles.rows("{\"b\":1,\"a\":2}"), OnMismatch.RESCUE);

    assertThat(columns(fit.schema())).isEqualTo("3:a:string 18:b:int 19:_rescued:string");
    assertThat(fit.addedColumns()).containsExactly("b", "_rescued");
    assertThat(columns(next(schema, "{\"b\":1}").schema())).isEqualTo("3:a:string 4:b:int");
  }

  @Test
  void whatFitsLeavesTheSchemaItself() {
    Schema schema = first("{\"a\":1,\"b\":\"x\"}").schema();

    for (String json : List.of("{\"a\":2}", "{}", "{\"b\":null,\"c\":null}", "{\"a\":3.0}")) {
      SchemaFit fit = next(schema, json);
      assertThat(fit.schema()).isSameAs(schema);
      assertThat(fit.changesSchema()).isFalse();
      assertThat(fit.rescuedValues()).isZero();
    }
  }

  @Test
  void anIntColumnIsWidenedToLongAndNoFurther() {
    Schema schema = first("{\"a\":1}").schema();

    SchemaFit wide = next(schema, "[{\"a\":2},{\"a\":2147483648}]");
    assertThat(columns(wide.schema())).isEqualTo("1:a:long");
    assertThat(wide.widenedColumns()).containsExactly("a");
    assertThat(wide.addedColumns()).isEmpty();
    assertThat(wide.rescuedValues()).isZero();

    SchemaFit fraction = next(wide.schema(), "{\"a\":0.5}");
    assertThat(columns(fraction.schema())).isEqualTo("1:a:long 2:_rescued:string");
    assertThat(fraction.widenedColumns()).isEmpty();
    assertThat(fraction.rescuedValues()).isEqualTo(1);
  }

  @Test
  void aFloatColumnIsNotWidened() {
    Schema schema = new Schema(Types.NestedField.optional(1, "a", Types.FloatType.get()));

    assertThat(next(schema, "{\"a\":0.1}").changesSchema()).isFalse();
    assertThat(columns(next(schema, "{\"a\":0.123456789}").schema()))
        .isEqualTo("1:a:float 2:_rescued:string");
  }

  @Test
  void aRequiredColumnThatARowLacksBecomesOptional() {
    Schema schema =
        new Schema(
            List.of(
                Types.NestedField.required(1, "id", STRING),
                Types.NestedField.required(2, "n", Types.IntegerType.get(), "a count")),
            Set.of(1, 2));

    assertThat(next(schema, "{\"id\":\"a\",\"n\":1}").changesSchema()).isFalse();
    for (String n : List.of("", ",\"n\":null", ",\"n\":\"x\"")) {
      SchemaFit fit = next(schema, "[{\"id\":\"a\",\"n\":1},{\"id\":\"b\"" + n + "}]");
      assertThat(fit.relaxedColumns()).containsExactly("n");
      assertThat(columns(fit.schema())).startsWith("1:id:string! 2:n:int");
      assertThat(fit.schema().findField("n").doc()).isEqualTo("a count");
      assertThat(fit.schema().identifierFieldIds()).containsExactly(1);
      assertThat(fit.rescuedValues()).isEqualTo(n.endsWith("x\"") ? 1 : 0);
    }
  }

  @Test
  void aForeignColumnOfTheRescueColumnsNameIsLeftAlone() {
    Schema number = new Schema(Types.NestedField.optional(1, "_rescued", Types.LongType.get()));
    Schema text = new Schema(Types.NestedField.required(1, "_rescued", STRING));

    assertThat(columns(next(number, "{\"\":1,\"_rescued\":2}").schema()))
        .isEqualTo("1:_rescued:long 2:_rescued_2:string");
    assertThat(columns(next(text, "{\"\":1}").schema())).isEqualTo("1:_rescued:string");
    assertThat(next(text, "{}").relaxedColumns()).containsExactly("_rescued");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"a\":1},{\"a\":\"x\"}] | 1 | a | \"x\" | int",
        "{\"s\":1} | 0 | s | 1 | string",
        "{\"t\":\"soon\"} | 0 | t | \"soon\" | timestamptz",
        "{\"\":1} | 0 | `` | 1 | name of 1 to 200 bytes without control characters",
        "{\"A\":1} | 0 | A | 1 | name that can stand beside column a",
        "{\"_rescued\":1} | 0 | _rescued | 1 | name of its own (rescued values lie there)",
        "{\"n\":1E+400} | 0 | n | 1E+400 | number of 64 bits",
      })
  void rejectingNamesTheFirstMismatch(
      String json, int row, String column, String value, String expected) {
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "a", Types.IntegerType.get()),
            optional(2, "s"),
            Types.NestedField.optional(3, "t", Types.TimestampType.withZone()));
    List<ObjectNode> rows = RowFiles.rows(json);

    SchemaFit fit = SchemaFit.of(schema, 0, rows, OnMismatch.REJECT);

    assertThat(fit.firstMismatch()).contains(new Mismatch(row, column, value, expected));
    assertThat(fit.rescuedValues()).isZero();
    assertThat(fit.changesSchema()).isFalse();
    assertThat(SchemaFit.of(schema, 0, rows, OnMismatch.RESCUE).firstMismatch()).isEmpty();
  }

  @Test
  void rejectingStillLetsTheSchemaGrow() {
    Schema schema = new Schema(Types.NestedField.required(1, "a", Types.IntegerType.get()));

    SchemaFit fit =
        SchemaFit.of(schema, 1, RowFiles.rows("[{\"a\":2147483648},{\"b\":1}]"), OnMismatch.REJECT);

    assertThat(columns(fit.schema())).isEqualTo("1:a:long 2:b:int");
    assertThat(fit.firstMismatch()).isEmpty();
  }

  @Test
  void aLongValueIsShortenedInTheMessage() {
    Schema schema = new Schema(Types.NestedField.optional(1, "a", Types.IntegerType.get()));
    Mismatch mismatch =
        SchemaFit.of(
                schema, 1, RowFiles.rows("{\"a\":\"" + "x".repeat(5000) + "\"}"), OnMismatch.REJECT)
            .firstMismatch()
            .orElseThrow();

    assertThat(mismatch.value()).hasSizeLessThan(110).endsWith("...");
    assertThat(mismatch).hasToString("Row 0, column a: " + mismatch.value() + " is no int");
  }

  @Test
  void schemaGrowsExchangeByExchangeAsItDoesWhenTheyLand() {
    List<String> exchanges =
        List.of(
            "[{\"n\":1,\"s\":\"x\"},{\"n\":2.5}]",
            "[{\"n\":\"no number\",\"i\":1}]",
            "[{\"i\":3000000000,\"I\":1,\"t\":\"2026-01-01T00:00:00Z\"},{\"t\":\"x\"}]",
            "[{}]",
            "[{\"t\":null,\"late\":true}]");
    Schema landed = null;
    int lastColumnId = 0;
    SchemaGrowth growth = new SchemaGrowth(null, 0);
    for (String exchange : exchanges) {
      List<ObjectNode> rows = RowFiles.rows(exchange);
      landed = SchemaFit.of(landed, lastColumnId, rows, OnMismatch.RESCUE).schema();
      lastColumnId = Math.max(lastColumnId, landed.highestFieldId());
      rows.forEach(growth::add);
      growth.endExchange();

      assertThat(columns(growth.schema())).as(exchange).isEqualTo(columns(landed));
    }
    assertThat(columns(growth.schema()))
        .isEqualTo("1:n:double 2:s:string 3:i:long 4:_rescued:string 5:t:string 6:late:boolean");
  }
}
