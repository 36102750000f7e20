package dev.firn.maintenance.verify;

import dev.firn.maintenance.verify.FileDecoder.Decoded;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a manifest says of a data file's columns with what is in them. Engines leave a file
 * out of a query because of a bound, a null count or a partition value: a wrong one hides rows.
 */
final class StatisticsCheck {
  private final Schema schema;
  private final Map<Integer, PartitionSpec> specs;

  /**
   * @param schema the table's current schema
   */
  StatisticsCheck(Schema schema, Map<Integer, PartitionSpec> specs) {
    this.schema = schema;
    this.specs = specs;
  }

  /**
   * @param complaints is told what the manifest says and what was found
   */
  void check(ContentFile<?> file, Decoded decoded, BiConsumer<String, String> complaints) {
    decoded
        .byId()
        .forEach(
            (id, range) -> {
              String name = schema.findColumnName(id);
              if (name != null) {
                checkCounts(name, id, file, range, complaints);
                checkBounds(name, id, file, range, complaints);
              }
            });
    checkTuple(file, decoded, complaints);
  }

  private static void checkCounts(
      String name,
      int id,
      ContentFile<?> file,
      ColumnRange range,
      BiConsumer<String, String> complaints) {
    @Nullable Long values = get(file.valueCounts(), id);
    if (values != null && values != range.entries()) {
      complaints.accept(values + " values in column " + name, range.entries() + "");
    }
    @Nullable Long nulls = get(file.nullValueCounts(), id);
    if (nulls != null && nulls != range.nulls()) {
      complaints.accept(nulls + " nulls in column " + name, range.nulls() + "");
    }
  }

  private void checkBounds(
      String name,
      int id,
      ContentFile<?> file,
      ColumnRange range,
      BiConsumer<String, String> complaints) {
    Type type = schema.findType(id);
    if (!type.isPrimitiveType()) {
      return;
    }
    compare(name, type, get(file.lowerBounds(), id), range, range.least(), true, complaints);
    compare(name, type, get(file.upperBounds(), id), range, range.greatest(), false, complaints);
  }

  private static void compare(
      String name,
      Type type,
      @Nullable ByteBuffer bytes,
      ColumnRange range,
      @Nullable Object found,
      boolean lower,
      BiConsumer<String, String> complaints) {
    if (bytes == null || found == null) {
      return;
    }
    @Nullable Object value;
    Object bound;
    try {
      value = IcebergValues.of(range.type(), type, found);
      if (value == null) {
        return;
      }
      bound = Conversions.fromByteBuffer(type, bytes.duplicate());
    } catch (RuntimeException e) {
      complaints.accept("a bound of column " + name, "bytes that are none: " + Findings.why(e));
      return;
    }
    if (bound instanceof Float f && f.isNaN() || bound instanceof Double d && d.isNaN()) {
      return;
    }
    int order = Comparators.<Object>forType(type.asPrimitiveType()).compare(value, bound);
    boolean equal =
        value instanceof Number a && bound instanceof Number b && isZero(a) && isZero(b);
    if (!equal && (lower ? order < 0 : order > 0)) {
      complaints.accept(
          "values of column " + name + (lower ? " from " : " up to ") + show(bound), show(value));
    }
  }

  /** Of floating numbers; -0.0 is in no other place than 0.0. */
  private static boolean isZero(Number number) {
    return (number instanceof Float || number instanceof Double) && number.doubleValue() == 0;
  }

  private void checkTuple(
      ContentFile<?> file, Decoded decoded, BiConsumer<String, String> complaints) {
    PartitionSpec spec = specs.get(file.specId());
    if (spec == null) {
      return;
    }
    List<PartitionField> fields = spec.fields();
    for (int i = 0; i < fields.size(); i++) {
      PartitionField field = fields.get(i);
      ColumnRange range = decoded.byId().get(field.sourceId());
      Types.@Nullable NestedField source = schema.findField(field.sourceId());
      if (range == null || source == null || field.transform().isVoid()) {
        continue;
      }
      @Nullable Object tuple = file.partition().get(i, Object.class);
      if (range.nulls() > 0 && tuple != null) {
        complaints.accept(
            "partition " + field.name() + " = " + show(tuple), range.nulls() + " nulls");
      }
      for (@Nullable Object edge : new Object[] {range.least(), range.greatest()}) {
        @Nullable Object value =
            edge == null ? null : IcebergValues.of(range.type(), source.type(), edge);
        if (value != null && !fits(field, source.type(), value, tuple, complaints)) {
          break;
        }
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static boolean fits(
      PartitionField field,
      Type type,
      Object value,
      @Nullable Object tuple,
      BiConsumer<String, String> complaints) {
    Transform<Object, Object> transform = (Transform<Object, Object>) field.transform();
    if (!transform.canTransform(type)) {
      return true;
    }
    Object transformed = transform.bind(type).apply(value);
    if (tuple != null && String.valueOf(transformed).equals(String.valueOf(tuple))) {
      return true; // as text: tuples of different readers hold equal values of different classes
    }
    complaints.accept(
        "partition " + field.name() + " = " + show(tuple), "a row of " + show(transformed));
    return false;
  }

  private static <T> @Nullable T get(@Nullable Map<Integer, T> map, int id) {
    return map == null ? null : map.get(id);
  }

  private static String show(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
