package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column that is not there yet. The first value that any column could hold decides
 * the kind, so that rows which come together and rows which come one by one make the same columns;
 * the values of that kind decide the type, and what is of another kind does not fit.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>true, false</td><td>boolean</td></tr>
 * <tr><td>numbers</td><td>double if one is spelt with a point or an exponent; else long if one
 *   needs more than 32 bits; else int</td></tr>
 * <tr><td>texts, objects, arrays</td><td>timestamptz if all are ISO-8601 texts with an offset and
 *   no finer than microseconds; else string</td></tr>
 * </table>
 *
 * Numbers that neither a long nor a double holds and texts without a UTF-8 form decide nothing: a
 * column that only they would fill is not made.
 */
final class NewColumn {
  private enum Kind {
    BOOLEAN,
    NUMBER,
    TEXT
  }

  private final Kind kind;
  private boolean fractions;
  private boolean beyondInt;
  private boolean beyondDouble;
  private boolean otherTexts;
  private boolean misfits;
  private @Nullable JsonNode last;

  private NewColumn(Kind kind) {
    this.kind = kind;
  }

  /** The column that this first value asks for; null if no column could hold it. */
  static @Nullable NewColumn startedBy(JsonNode value) {
    Kind kind = kind(value);
    if (kind == null) {
      return null;
    }
    NewColumn column = new NewColumn(kind);
    column.add(value);
    return column;
  }

  private static @Nullable Kind kind(JsonNode value) {
    if (value instanceof TextNode text) {
      return JsonText.isUnicode(text.textValue()) ? Kind.TEXT : null;
    }
    if (value.isContainerNode()) {
      return Kind.TEXT;
    }
    if (value.isBoolean()) {
      return Kind.BOOLEAN;
    }
    boolean fits =
        value.isIntegralNumber() ? value.canConvertToLong() : JsonNumbers.asDouble(value) != null;
    return fits ? Kind.NUMBER : null;
  }

  /** Takes the next value into account; it is not JSON's null. */
  @SuppressWarnings("ReferenceEquality")
  void add(JsonNode value) {
    if (value == last) {
      return;
    }
    last = value;
    if (kind(value) != kind) {
      misfits = true;
      return;
    }
    switch (kind) {
      case BOOLEAN -> {}
      case NUMBER -> {
        if (!value.isIntegralNumber()) {
          fractions = true;
        } else {
          beyondInt |= !value.canConvertToInt();
          beyondDouble |= JsonNumbers.asDouble(value) == null;
        }
      }
      case TEXT ->
          otherTexts |=
              !(value instanceof TextNode text) || IsoTimes.micros(text.textValue(), true) == null;
    }
  }

  /** True if some value so far will not fit. */
  boolean hasMisfits() {
    return misfits || (fractions && beyondDouble);
  }

  Type type() {
    return switch (kind) {
      case BOOLEAN -> Types.BooleanType.get();
      case NUMBER ->
          fractions
              ? Types.DoubleType.get()
              : beyondInt ? Types.LongType.get() : Types.IntegerType.get();
      case TEXT -> otherTexts ? Types.StringType.get() : Types.TimestampType.withZone();
    };
  }
}
