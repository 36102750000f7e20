package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Which JSON values a column of one type takes, and how Parquet stores them. {@link SchemaFit} and
 * {@link ExchangeEncoder} both ask here, so that they cannot disagree.
 *
 * <table>
 * <caption>What fits</caption>
 * <tr><td>boolean</td><td>true, false</td></tr>
 * <tr><td>int, long</td><td>whole numbers in range, however spelt: {@code 3.0} too</td></tr>
 * <tr><td>float, double</td><td>numbers that survive it, see {@link JsonNumbers}; the texts {@code
 *   NaN}, {@code Infinity}, {@code -Infinity}, which Firn itself writes</td></tr>
 * <tr><td>decimal</td><td>numbers with no more digits before and after the point</td></tr>
 * <tr><td>date, time, timestamps</td><td>ISO-8601 texts, see {@link IsoTimes}: with an offset if
 *   and only if the column has a zone</td></tr>
 * <tr><td>string</td><td>texts as they are, objects and arrays as their compact JSON; no numbers
 *   and no booleans, which could not be told from texts</td></tr>
 * <tr><td>uuid</td><td>its 36 characters</td></tr>
 * <tr><td>fixed, binary</td><td>base64 with padding</td></tr>
 * <tr><td>variant</td><td>everything but numbers that neither a double nor a decimal of 38 digits
 *   holds</td></tr>
 * <tr><td>struct</td><td>objects whose names are all fields and whose values fit</td></tr>
 * <tr><td>list</td><td>arrays whose elements fit</td></tr>
 * <tr><td>map</td><td>objects if its keys are strings, else arrays of {@code {"key", "value"}}</td></tr>
 * <tr><td>all others</td><td>nothing</td></tr>
 * </table>
 *
 * A text with half a surrogate pair has no UTF-8 and fits nothing (inside objects and arrays of a
 * string column it is escaped). Null is no value: it fits every optional column.
 */
abstract class ValueFit {

  static ValueFit of(Type type) {
    return switch (type.typeId()) {
      case STRUCT -> new NestedFits.StructFit(type.asStructType());
      case LIST -> new NestedFits.ListFit(type.asListType());
      case MAP -> new NestedFits.MapFit(type.asMapType());
      case VARIANT -> new VariantFit();
      default -> PrimitiveFits.of(type.asPrimitiveType());
    };
  }

  /**
   * The value in a form that {@link #write} takes, or null if it does not fit.
   *
   * @param value not JSON's null
   */
  abstract @Nullable Object read(JsonNode value);

  /** The same as whether {@link #read} answers, and cheaper. */
  boolean fits(JsonNode value) {
    return read(value) != null;
  }

  /** How many leaf columns Parquet has for the type. */
  abstract int leaves();

  /**
   * Writes what {@link #read} gave.
   *
   * @param leaf index of the type's first leaf among {@code sinks}
   * @param repetition level of its first entry
   * @param definition level at which the value itself is there
   * @param repeated how many lists and maps it lies in
   */
  abstract void write(
      Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated);

  final void writeNull(LeafSink[] sinks, int leaf, int repetition, int definition) {
    for (int i = 0; i < leaves(); i++) {
      sinks[leaf + i].writeNull(repetition, definition);
    }
  }

  /** Reads the value of a field, which may be missing; null if it does not fit. */
  static @Nullable Object readField(boolean optional, ValueFit fit, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return optional ? Absent.VALUE : null;
    }
    return fit.read(value);
  }

  /** Writes what {@link #readField} gave, {@code definition} being the level of what it lies in. */
  final void writeField(
      boolean optional,
      Object value,
      LeafSink[] sinks,
      int leaf,
      int repetition,
      int definition,
      int repeated) {
    if (value == Absent.VALUE) {
      writeNull(sinks, leaf, repetition, definition);
    } else {
      write(value, sinks, leaf, repetition, optional ? definition + 1 : definition, repeated);
    }
  }

  /** In place of a value that is not there and need not be. */
  enum Absent {
    VALUE
  }

  /** For messages. */
  static String describe(Type type) {
    return TypeText.of(type);
  }
}
