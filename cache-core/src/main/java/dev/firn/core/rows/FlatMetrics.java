package dev.firn.core.rows;

import dev.firn.core.parquet.FlatFooter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsModes;
import org.apache.iceberg.MetricsModes.MetricsMode;
import org.apache.iceberg.MetricsUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.BinaryUtil;
import org.apache.iceberg.util.NaNUtil;
import org.apache.iceberg.util.UnicodeUtil;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * What Iceberg is to be told of a {@link dev.firn.core.parquet.FlatFile}: the same as Iceberg's own
 * reader of footers finds, which makes the schema anew for each file. That would take the publisher
 * more time than all else that is done for a tiny file. For any thread.
 */
final class FlatMetrics {
  private final List<Leaf> leaves = new ArrayList<>();

  /**
   * A column that is told of.
   *
   * @param boundLength of texts and binaries; 0 if no bounds are told
   */
  private record Leaf(int index, int id, Type type, int boundLength) {}

  FlatMetrics(MessageType message, MetricsConfig config) {
    Schema schema = ParquetSchemaUtil.convert(message);
    for (int i = 0; i < message.getFieldCount(); i++) {
      org.apache.parquet.schema.Type field = message.getType(i);
      if (field.getId() == null) {
        continue;
      }
      int id = field.getId().intValue();
      Types.NestedField column = schema.findField(id);
      MetricsMode mode = MetricsUtil.metricsMode(schema, config, id);
      if (mode != MetricsModes.None.get()) {
        leaves.add(new Leaf(i, id, column.type(), boundLength(column.type(), mode)));
      }
    }
  }

  private static int boundLength(Type type, MetricsMode mode) {
    if (mode == MetricsModes.Counts.get()
        || type.typeId() == Type.TypeID.GEOMETRY
        || type.typeId() == Type.TypeID.GEOGRAPHY) {
      return 0;
    }
    return mode instanceof MetricsModes.Truncate truncate ? truncate.length() : Integer.MAX_VALUE;
  }

  Metrics of(FlatFooter footer, FileCounts counts) {
    Map<Integer, Long> sizes = new HashMap<>();
    Map<Integer, Long> values = new HashMap<>();
    Map<Integer, Long> nulls = new HashMap<>();
    Map<Integer, ByteBuffer> lower = new HashMap<>();
    Map<Integer, ByteBuffer> upper = new HashMap<>();
    for (Leaf leaf : leaves) {
      Statistics<?> statistics = footer.statistics(leaf.index);
      sizes.put(leaf.id, footer.bytes(leaf.index));
      values.put(leaf.id, counts.values(leaf.index));
      nulls.put(leaf.id, counts.nulls(leaf.index));
      if (leaf.boundLength > 0 && statistics.hasNonNullValue()) {
        Object min = statistics.genericGetMin();
        Object max = statistics.genericGetMax();
        if (!NaNUtil.isNaN(min) && !NaNUtil.isNaN(max)) {
          lower.put(leaf.id, bound(leaf, min, false));
          ByteBuffer above = bound(leaf, max, true);
          if (above != null) {
            upper.put(leaf.id, above);
          }
        }
      }
    }
    return new Metrics((long) footer.rows(), sizes, values, nulls, new HashMap<>(), lower, upper);
  }

  /** A minimum or maximum in Iceberg's form; null if there is no text or binary above it. */
  private static @Nullable ByteBuffer bound(Leaf leaf, Object value, boolean upper) {
    switch (leaf.type.typeId()) {
      case STRING -> {
        String text = ((Binary) value).toStringUsingUTF8();
        String cut =
            upper
                ? UnicodeUtil.truncateStringMax(text, leaf.boundLength)
                : UnicodeUtil.truncateStringMin(text, leaf.boundLength);
        return cut == null ? null : Conversions.toByteBuffer(leaf.type, cut);
      }
      case BINARY -> {
        ByteBuffer bytes = ((Binary) value).toByteBuffer();
        return upper
            ? BinaryUtil.truncateBinaryMax(bytes, leaf.boundLength)
            : BinaryUtil.truncateBinaryMin(bytes, leaf.boundLength);
      }
      case UUID, FIXED -> {
        return ((Binary) value).toByteBuffer();
      }
      case DECIMAL -> {
        BigInteger digits =
            value instanceof Binary bytes
                ? new BigInteger(bytes.getBytesUnsafe())
                : BigInteger.valueOf(((Number) value).longValue());
        return ByteBuffer.wrap(digits.toByteArray());
      }
      default -> {
        return Conversions.toByteBuffer(leaf.type, value);
      }
    }
  }
}
