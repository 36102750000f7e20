package dev.firn.maintenance.verify;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFile.PartitionFieldSummary;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The partition values of a manifest's files, to be compared with what its manifest list says of
 * them: engines leave out a whole manifest because of it.
 */
final class PartitionSummaries {
  private final List<Types.NestedField> fields;
  private final List<@Nullable Object> least = new ArrayList<>();
  private final List<@Nullable Object> greatest = new ArrayList<>();
  private final boolean[] nulls;

  PartitionSummaries(PartitionSpec spec) {
    this.fields = spec.partitionType().fields();
    this.nulls = new boolean[fields.size()];
    fields.forEach(
        field -> {
          least.add(null);
          greatest.add(null);
        });
  }

  void add(StructLike tuple) {
    for (int i = 0; i < fields.size(); i++) {
      @Nullable Object value = tuple.get(i, Object.class);
      if (value == null) {
        nulls[i] = true;
        continue;
      }
      Comparator<Object> order = order(i);
      @Nullable Object min = least.get(i);
      @Nullable Object max = greatest.get(i);
      if (min == null || order.compare(value, min) < 0) {
        least.set(i, value);
      }
      if (max == null || order.compare(value, max) > 0) {
        greatest.set(i, value);
      }
    }
  }

  /**
   * @param complaints is told what the list says and what was found
   */
  void compare(ManifestFile manifest, BiConsumer<String, String> complaints) {
    @Nullable List<PartitionFieldSummary> summaries = manifest.partitions();
    if (summaries == null || summaries.size() != fields.size()) {
      return;
    }
    for (int i = 0; i < fields.size(); i++) {
      PartitionFieldSummary summary = summaries.get(i);
      String name = "partition field " + fields.get(i).name();
      if (nulls[i] && !summary.containsNull()) {
        complaints.accept(name + " without null", "null");
      }
      compare(i, name + " from ", summary.lowerBound(), least.get(i), true, complaints);
      compare(i, name + " up to ", summary.upperBound(), greatest.get(i), false, complaints);
    }
  }

  private void compare(
      int index,
      String name,
      @Nullable ByteBuffer bytes,
      @Nullable Object value,
      boolean lower,
      BiConsumer<String, String> complaints) {
    if (bytes == null || value == null) {
      return;
    }
    Type type = fields.get(index).type();
    try {
      Object bound = Conversions.fromByteBuffer(type, bytes.duplicate());
      int compared = order(index).compare(value, bound);
      if (lower ? compared < 0 : compared > 0) {
        complaints.accept(name + bound, String.valueOf(value));
      }
    } catch (RuntimeException e) {
      complaints.accept(name + "a value", "bytes that are none: " + Findings.why(e));
    }
  }

  private Comparator<Object> order(int index) {
    return Comparators.forType(fields.get(index).type().asPrimitiveType());
  }
}
