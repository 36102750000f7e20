package dev.firn.maintenance.verify;

import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveComparator;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * What the values of a column really are: how many there are, how many are null, the least and the
 * greatest in Parquet's order for the type. NaN is neither.
 */
final class ColumnRange {
  private final PrimitiveType type;
  private final PrimitiveTypeName kind;
  private final PrimitiveComparator<Object> order;
  private final boolean ordered;

  private long entries;
  private long nulls;
  private @Nullable Object least;
  private @Nullable Object greatest;
  private @Nullable Object last;

  @SuppressWarnings("unchecked")
  ColumnRange(PrimitiveType type) {
    this.type = type;
    this.kind = type.getPrimitiveTypeName();
    this.ordered = kind != PrimitiveTypeName.INT96;
    this.order =
        (PrimitiveComparator<Object>) (PrimitiveComparator<?>) type.<Comparable<?>>comparator();
  }

  PrimitiveType type() {
    return type;
  }

  long entries() {
    return entries;
  }

  long nulls() {
    return nulls;
  }

  /** In Parquet's representation; null if there is no value that has a place in the order. */
  @Nullable Object least() {
    return least;
  }

  @Nullable Object greatest() {
    return greatest;
  }

  void addNull() {
    entries++;
    nulls++;
  }

  /** Takes the reader's current value. */
  void add(ColumnReader reader) {
    entries++;
    Object value =
        switch (kind) {
          case BOOLEAN -> reader.getBoolean();
          case INT32 -> reader.getInteger();
          case INT64 -> reader.getLong();
          case FLOAT -> reader.getFloat();
          case DOUBLE -> reader.getDouble();
          case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> reader.getBinary();
        };
    // A dictionary gives the same object again: values of 128 KB that repeat are compared once.
    if (value != last) {
      last = value;
      add(value);
    }
  }

  void add(ColumnRange other) {
    entries += other.entries;
    nulls += other.nulls;
    if (other.least != null && other.greatest != null) {
      add(other.least);
      add(other.greatest);
    }
  }

  private void add(Object value) {
    if (!ordered || isNaN(value)) {
      return;
    }
    if (least == null || compare(value, least) < 0) {
      least = value;
    }
    if (greatest == null || compare(value, greatest) > 0) {
      greatest = value;
    }
  }

  /**
   * Why a chunk's statistics cannot be right; null if they can. Statistics that Parquet does not
   * trust are not there.
   */
  @Nullable String contradiction(@Nullable Statistics<?> statistics) {
    if (statistics == null || statistics.isEmpty()) {
      return null;
    }
    if (statistics.isNumNullsSet() && statistics.getNumNulls() != nulls) {
      return statistics.getNumNulls() + " nulls in the footer, " + nulls + " in the pages";
    }
    if (!statistics.hasNonNullValue() || least == null || greatest == null) {
      return null;
    }
    Object min = statistics.genericGetMin();
    Object max = statistics.genericGetMax();
    if (isNaN(min) || isNaN(max)) {
      return null;
    }
    if (compare(min, least) > 0) {
      return "least value " + show(min) + " in the footer, " + show(least) + " in the pages";
    }
    if (compare(max, greatest) < 0) {
      return "greatest value " + show(max) + " in the footer, " + show(greatest) + " in the pages";
    }
    return null;
  }

  private int compare(Object a, Object b) {
    if (a instanceof Float x && b instanceof Float y) {
      return x.floatValue() == y.floatValue() ? 0 : Float.compare(x, y); // -0.0 equals 0.0
    }
    if (a instanceof Double x && b instanceof Double y) {
      return x.doubleValue() == y.doubleValue() ? 0 : Double.compare(x, y);
    }
    return order.compare(a, b);
  }

  private static boolean isNaN(Object value) {
    return (value instanceof Float f && f.isNaN()) || (value instanceof Double d && d.isNaN());
  }

  private String show(Object value) {
    String text =
        value instanceof Binary
            ? type.stringifier().stringify((Binary) value)
            : String.valueOf(value);
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
