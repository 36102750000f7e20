package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a column that a table has and somebody declares. */
class DeclaredSchemaTest {
  private static final int LAST_ID = 50;

  /** Types by name; ids begin where they are told to, since those of tables are their own. */
  private static Type type(String name, int id) {
    return switch (name) {
      case "int" -> Types.IntegerType.get();
      case "long" -> Types.LongType.get();
      case "double" -> Types.DoubleType.get();
      case "9.2" -> Types.DecimalType.of(9, 2);
      case "12.2" -> Types.DecimalType.of(12, 2);
      case "12.3" -> Types.DecimalType.of(12, 3);
      case "ints" -> Types.ListType.ofOptional(id, Types.IntegerType.get());
      case "longs" -> Types.ListType.ofRequired(id, Types.LongType.get());
      case "longs or none" -> Types.ListType.ofOptional(id, Types.LongType.get());
      case "text to long" ->
          Types.MapType.ofOptional(id, id + 1, Types.StringType.get(), Types.LongType.get());
      case "text to int" ->
          Types.MapType.ofOptional(id, id + 1, Types.StringType.get(), Types.IntegerType.get());
      case "{a}" -> Types.StructType.of(field(id, "a"));
      case "{b}" -> Types.StructType.of(field(id, "b"));
      case "{a,b}" -> Types.StructType.of(field(id, "a"), field(id + 1, "b"));
      case "{a:{a}}" -> Types.StructType.of(NestedField.optional(id, "a", type("{a}", id + 1)));
      case "{a:{b}}" -> Types.StructType.of(NestedField.optional(id, "a", type("{b}", id + 1)));
      default -> throw new AssertionError(name);
    };
  }

  private static NestedField field(int id, String name) {
    return NestedField.optional(id, name, Types.StringType.get());
  }

  private static Schema column(String type, int id) {
    return new Schema(NestedField.optional(id, "c", type(type, id + 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int           | long          | long",
        "long          | int           | long",
        "9.2           | 12.2          | 12.2",
        "12.2          | 9.2           | 12.2",
        "12.2          | 12.2          | 12.2",
        "longs         | longs or none | longs",
        "text to long  | text to long  | text to long",
        "{a,b}         | {a,b}         | {a,b}",
        "{a:{a}}       | {a:{a}}       | {a:{a}}"
      })
  void aColumnOfTheSameTypeStaysAndOfTwoWidthsTheWiderOneStands(
      String there, String declared, String then) throws Exception {
    Schema table = column(there, 30);

    Schema found = DeclaredSchema.of(column(declared, 1)).onto(table, LAST_ID, "the table");

    assertThat(found.findType("c")).isEqualTo(type(then, 31));
    assertThat(found.findField("c").fieldId()).isEqualTo(30);
    if (there.equals(then)) {
      assertThat(found).isSameAs(table);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int          | double",
        "double       | int",
        "9.2          | 12.3",
        "12.3         | 9.2",
        "12.2         | 12.3",
        "ints         | longs",
        "text to int  | text to long",
        "ints         | text to int",
        "{a}          | {b}",
        "{a}          | {a,b}",
        "{a,b}        | {a}",
        "{a:{a}}      | {a:{b}}"
      })
  void aColumnOfAnotherTypeIsRefusedByName(String there, String declared) {
    DeclaredSchema schema = DeclaredSchema.of(column(declared, 1));

    assertThatThrownBy(() -> schema.onto(column(there, 30), LAST_ID, "the table"))
        .isInstanceOf(SchemaConflictException.class)
        .hasMessageStartingWith("the table: column \"c\" is ")
        .hasMessageContaining(" in the table, and ");
  }

  @Test
  void whatATableLacksGetsIdsThatItNeverHad() throws Exception {
    Schema table = new Schema(field(30, "own"));

    Schema found = DeclaredSchema.of(column("{a,b}", 1)).onto(table, LAST_ID, "the table");

    assertThat(found.columns()).hasSize(2);
    NestedField added = found.findField("c");
    assertThat(added.isOptional()).isTrue();
    assertThat(added.fieldId()).isGreaterThan(LAST_ID);
    assertThat(added.type().asStructType().fields())
        .allSatisfy(inner -> assertThat(inner.fieldId()).isGreaterThan(LAST_ID));
  }
}
