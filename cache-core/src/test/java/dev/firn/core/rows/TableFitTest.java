package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableFitTest {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "name", Types.StringType.get()),
          Types.NestedField.optional(3, "n", Types.IntegerType.get()));

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "all columns | {\"id\":1,\"name\":\"a\",\"n\":2} | true",
        "only what is required | {\"id\":1} | true",
        "an unknown name without a value | {\"id\":1,\"more\":null} | true",
        "the same text on each row | [{\"id\":1,\"name\":\"a\"},{\"id\":2,\"name\":\"a\"}] | true",
        "what is required is missing | {\"name\":\"a\"} | false",
        "what is required is null | {\"id\":null,\"name\":\"a\"} | false",
        "what is required is missing later | [{\"id\":1},{\"n\":1}] | false",
        "an unknown name | {\"id\":1,\"more\":1} | false",
        "a number that makes its column wider | {\"id\":1,\"n\":3000000000} | false",
        "a value of another type | {\"id\":1,\"n\":\"two\"} | false",
        "the same in a later row | [{\"id\":1,\"n\":1},{\"id\":1,\"n\":true}] | false",
        "the name of rescued values | {\"id\":1,\"_rescued\":\"{}\"} | false"
      })
  void takesWhatNeitherChangesTheSchemaNorIsRescued(String what, String json, boolean taken) {
    List<ObjectNode> rows = RowFiles.rows(json);
    SchemaFit fit = SchemaFit.of(SCHEMA, 3, rows, OnMismatch.RESCUE);

    assertThat(new TableFit(SCHEMA).takes(rows)).as(what).isEqualTo(taken);
    assertThat(!fit.changesSchema() && fit.rescuedValues() == 0).isEqualTo(taken);
  }

  @Test
  void tableWithoutColumnsTakesNothing() {
    assertThat(new TableFit(new Schema()).takes(RowFiles.rows("{\"a\":null}"))).isFalse();
  }
}
