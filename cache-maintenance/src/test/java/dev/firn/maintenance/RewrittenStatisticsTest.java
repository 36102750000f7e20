package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.read.DataFileRows;
import dev.firn.core.testing.ForeignTable;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After a rewrite the manifests tell of every column what its values are: how many, how many null,
 * and bounds that leave no value out and are no wider than texts cut short make them.
 */
class RewrittenStatisticsTest {
  private static final int CUT_LENGTH = 16;

  @TempDir Path directory;

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void ofFieldCachesAreThoseOfTheValues(String name) throws IOException {
    Path root = FieldCaches.unpack(name, directory);
    for (PartitionReport report : new Passes(new LocalDisk(), root).forced().partitions()) {
      if (report.outcome() == Outcome.COMPACTED && report.rowsAfter() > 0) {
        assertThat(check(Passes.live(report), Set.of())).isPositive();
      }
    }
  }

  @Test
  void ofEveryTypeAreThoseOfTheValues() throws IOException {
    Schema schema =
        new Schema(
            optional(1, "flag", Types.BooleanType.get()),
            optional(2, "i", Types.IntegerType.get()),
            optional(3, "l", Types.LongType.get()),
            optional(4, "f", Types.FloatType.get()),
            optional(5, "d", Types.DoubleType.get()),
            optional(6, "dec", Types.DecimalType.of(20, 3)),
            optional(7, "day", Types.DateType.get()),
            optional(8, "time", Types.TimeType.get()),
            optional(9, "ts", Types.TimestampType.withoutZone()),
            optional(10, "tz", Types.TimestampType.withZone()),
            optional(11, "text", Types.StringType.get()),
            optional(12, "fat", Types.StringType.get()),
            optional(13, "id", Types.UUIDType.get()),
            optional(14, "bytes", Types.BinaryType.get()),
            optional(15, "never", Types.StringType.get()));
    ForeignTable table = ForeignTable.create(directory, schema, 2);
    table.append(3, 40, new Random(11), RewrittenStatisticsTest::values);
    new ForeignPasses(directory, table).compactsTo(table.rows());

    assertThat(check(table.generation(), Set.of("fat", "never"))).isEqualTo(13);
  }

  private static Object[] values(Random random) {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    LocalDateTime time = LocalDateTime.ofEpochSecond(random.nextInt(), 5000, ZoneOffset.UTC);
    return new Object[] {
      random.nextBoolean(),
      random.nextInt(),
      random.nextLong(),
      (float) random.nextGaussian(),
      random.nextGaussian(),
      BigDecimal.valueOf(random.nextLong(), 3),
      LocalDate.ofEpochDay(random.nextInt(40_000) - 20_000),
      LocalTime.ofSecondOfDay(random.nextInt(86_400)),
      time,
      OffsetDateTime.of(time, ZoneOffset.UTC),
      "é\uD83D\uDE00".repeat(random.nextInt(12)) + random.nextInt(),
      "x".repeat(6_000) + random.nextInt(),
      new UUID(random.nextLong(), random.nextLong()),
      ByteBuffer.wrap(bytes),
      null
    };
  }

  /** Returns how many columns of the first file have bounds. */
  private static int check(Generation generation, Set<String> unbounded) throws IOException {
    Set<String> locations = new HashSet<>();
    generation.liveFiles().forEach(task -> locations.add(task.file().location()));
    int bounded = 0;
    for (FileScanTask task : generation.liveFilesWithStatistics(locations)) {
      bounded = 0;
      for (Types.NestedField column : generation.metadata().schema().columns()) {
        if (column.type().isPrimitiveType()) {
          bounded += check(generation, task, column, !unbounded.contains(column.name())) ? 1 : 0;
        }
      }
    }
    return bounded;
  }

  private static boolean check(
      Generation generation, FileScanTask task, Types.NestedField column, boolean bounded)
      throws IOException {
    DataFile file = task.file();
    Type type = column.type();
    Comparator<Object> order = order(type);
    long[] nulls = {0};
    @Nullable Object[] range = {null, null};
    new DataFileRows(new LocalDisk(), generation)
        .forEach(
            task,
            new Schema(column),
            (position, row) -> {
              Object value = row.get(0, Object.class);
              if (value == null) {
                nulls[0]++;
              } else {
                range[0] =
                    range[0] == null || order.compare(value, range[0]) < 0 ? value : range[0];
                range[1] =
                    range[1] == null || order.compare(value, range[1]) > 0 ? value : range[1];
              }
              return true;
            });
    String what = file.location() + " " + column;
    assertThat(file.valueCounts()).as(what).containsEntry(column.fieldId(), file.recordCount());
    assertThat(file.nullValueCounts()).as(what).containsEntry(column.fieldId(), nulls[0]);
    @Nullable ByteBuffer lower = file.lowerBounds().get(column.fieldId());
    @Nullable ByteBuffer upper = file.upperBounds().get(column.fieldId());
    if (range[0] == null || !bounded) {
      assertThat(lower).as(what).isNull();
      assertThat(upper).as(what).isNull();
      return false;
    }
    Object least = Conversions.fromByteBuffer(type, Objects.requireNonNull(lower, what));
    Object greatest = Conversions.fromByteBuffer(type, Objects.requireNonNull(upper, what));
    if (isCut(type)) {
      assertThat(order.compare(least, range[0])).as(what).isLessThanOrEqualTo(0);
      assertThat(order.compare(greatest, range[1])).as(what).isGreaterThanOrEqualTo(0);
      assertThat(lower.remaining()).as(what).isLessThanOrEqualTo(CUT_LENGTH * 4);
      assertThat(prefix(type, least)).as(what).isEqualTo(prefix(type, range[0]));
    } else {
      assertThat(order.compare(least, range[0])).as(what).isZero();
      assertThat(order.compare(greatest, range[1])).as(what).isZero();
    }
    return true;
  }

  /** As bounds are ordered: UUIDs by their bytes, and no zero before another. */
  private static Comparator<Object> order(Type type) {
    return switch (type.typeId()) {
      case UUID ->
          Comparator.comparing(
              value -> Conversions.toByteBuffer(type, value), Comparators.unsignedBytes());
      case FLOAT, DOUBLE ->
          Comparator.comparingDouble(value -> ((Number) value).doubleValue() + 0.0);
      default -> Comparators.forType(type.asPrimitiveType());
    };
  }

  private static boolean isCut(Type type) {
    return type.typeId() == Type.TypeID.STRING || type.typeId() == Type.TypeID.BINARY;
  }

  /** What a lower bound keeps of a value. */
  private static Object prefix(Type type, Object value) {
    if (type.typeId() == Type.TypeID.STRING) {
      String text = value.toString();
      int characters = Math.min(CUT_LENGTH, text.codePointCount(0, text.length()));
      return text.substring(0, text.offsetByCodePoints(0, characters));
    }
    ByteBuffer bytes = ((ByteBuffer) value).duplicate();
    return bytes.limit(bytes.position() + Math.min(CUT_LENGTH, bytes.remaining())).slice();
  }
}
