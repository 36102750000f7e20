package dev.firn.core.condition;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the values of a column in a file. Bounds need not be values of the file; they do
 * not count NaN.
 *
 * @param lower no value is less; null if nobody knows. In Iceberg's internal form
 * @param upper no value is greater; null if nobody knows
 * @param mayHaveNulls false if it is known that no value is null
 * @param mayHaveValues false if it is known that all are
 * @param mayHaveNans false if it is known that no value is NaN
 */
public record ColumnStatistics(
    @Nullable Object lower,
    @Nullable Object upper,
    boolean mayHaveNulls,
    boolean mayHaveValues,
    boolean mayHaveNans) {

  /** Nothing is known. */
  public static final ColumnStatistics UNKNOWN = new ColumnStatistics(null, null, true, true, true);

  /** All values are this one. */
  public static ColumnStatistics constant(@Nullable Object value) {
    return new ColumnStatistics(value, value, value == null, value != null, true);
  }

  /** What a table's manifest says of a column in one of its files. */
  public static ColumnStatistics of(ContentFile<?> file, Types.NestedField field) {
    Type type = field.type();
    if (!type.isPrimitiveType()) {
      return UNKNOWN;
    }
    int id = field.fieldId();
    @Nullable Long values = get(file.valueCounts(), id);
    @Nullable Long nulls = get(file.nullValueCounts(), id);
    @Nullable Long nans = get(file.nanValueCounts(), id);
    boolean floating = type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
    return new ColumnStatistics(
        bound(file.lowerBounds(), field),
        bound(file.upperBounds(), field),
        nulls == null || nulls != 0,
        nulls == null || values == null || values > nulls,
        floating && (nans == null || nans != 0));
  }

  private static <T> @Nullable T get(@Nullable Map<Integer, T> map, int id) {
    return map == null ? null : map.get(id);
  }

  private static @Nullable Object bound(
      @Nullable Map<Integer, ByteBuffer> bounds, Types.NestedField field) {
    @Nullable ByteBuffer bound = get(bounds, field.fieldId());
    // Writers do not agree on the order of UUIDs.
    if (bound == null || field.type().typeId() == Type.TypeID.UUID) {
      return null;
    }
    try {
      @Nullable Object value = Conversions.fromByteBuffer(field.type(), bound);
      return isNan(value) ? null : value;
    } catch (RuntimeException e) {
      return null; // a bound that cannot be read bounds nothing
    }
  }

  private static boolean isNan(@Nullable Object value) {
    return value instanceof Double number && number.isNaN()
        || value instanceof Float single && single.isNaN();
  }
}
