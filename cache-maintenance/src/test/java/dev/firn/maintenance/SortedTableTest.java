package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.core.testing.ForeignTable;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.SortOrderComparators;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables with a sort order: what a pass writes is sorted, and says so only where it is. */
class SortedTableTest {
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "id", Types.LongType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(3, "tags", Types.ListType.ofOptional(4, Types.StringType.get())));
  private static final SortOrder ORDER =
      SortOrder.builderFor(SCHEMA)
          .asc(Expressions.truncate("name", 6), NullOrder.NULLS_LAST)
          .desc("id", NullOrder.NULLS_FIRST)
          .build();

  @TempDir Path root;
  private final Random random = new Random(5);
  private ForeignTable table;

  private void create(SortOrder order, PartitionSpec spec, int version) throws IOException {
    table = ForeignTable.create(root, SCHEMA, spec, order, version);
  }

  private Record[] rows(int count) {
    Record[] rows = new Record[count];
    for (int i = 0; i < count; i++) {
      rows[i] =
          ForeignTable.rowOf(
              SCHEMA,
              random.nextInt(9) == 0 ? null : random.nextLong(),
              random.nextInt(9) == 0 ? null : "name-" + random.nextInt(40),
              random.nextInt(3) == 0 ? null : List.of("a" + i, "b"));
    }
    return rows;
  }

  /** A kilobyte each that compresses to three quarters of it. */
  private Record[] fatRows(int count) {
    Record[] rows = rows(count);
    for (Record row : rows) {
      byte[] tag = new byte[750];
      random.nextBytes(tag);
      row.setField("tags", List.of(Base64.getEncoder().encodeToString(tag)));
    }
    return rows;
  }

  private static boolean isOrdered(Generation generation) throws IOException {
    Table table = generation.table();
    InternalRecordWrapper before = new InternalRecordWrapper(table.schema().asStruct());
    InternalRecordWrapper after = new InternalRecordWrapper(table.schema().asStruct());
    Comparator<StructLike> comparator =
        SortOrderComparators.forSchema(table.schema(), table.sortOrder());
    Record[] last = {null};
    boolean[] ordered = {true};
    new RowReader(new LocalDisk(), generation)
        .forEach(
            table.schema(),
            row -> {
              if (last[0] != null
                  && comparator.compare(before.wrap(last[0]), after.wrap(row)) > 0) {
                ordered[0] = false;
              }
              last[0] = row.copy();
              return true;
            });
    return ordered[0];
  }

  private FileScanTask onlyFile() throws IOException {
    List<FileScanTask> files = table.generation().liveFiles();
    assertThat(files).hasSize(1);
    return files.get(0);
  }

  @Test
  void compactedFileIsSortedAndNamesItsOrder() throws IOException {
    create(ORDER, PartitionSpec.unpartitioned(), 2);
    for (int i = 0; i < 4; i++) {
      table.append(rows(100));
    }
    new ForeignPasses(root, table).compactsTo(table.rows());

    assertThat(isOrdered(table.generation())).isTrue();
    assertThat(onlyFile().file().sortOrderId()).isEqualTo(table.table().sortOrder().orderId());
  }

  @Test
  void deletedRowsAreLeftOutOfWhatIsSorted() throws IOException {
    create(ORDER, PartitionSpec.unpartitioned(), 3);
    var first = table.append(rows(100)).get(0);
    Record[] some = rows(50);
    table.append(some);
    table.delete(table.deletionVector(first, 3, 4, 99));
    table.delete(table.equalityDeletes(List.of("id"), some[7], some[8]));
    new ForeignPasses(root, table).removesDeletes();

    assertThat(isOrdered(table.generation())).isTrue();
    assertThat(onlyFile().file().sortOrderId()).isEqualTo(table.table().sortOrder().orderId());
  }

  @Test
  void everyTupleOfAPartitionedTableIsSortedByItself() throws IOException {
    PartitionSpec spec = PartitionSpec.builderFor(SCHEMA).bucket("id", 3).build();
    create(ORDER, spec, 2);
    table.append(rows(100));
    table.append(rows(100));
    new ForeignPasses(root, table).compactsTo(table.rows());

    assertThat(table.generation().liveFiles())
        .hasSize(4) // and the one of rows without an id
        .allMatch(task -> Integer.valueOf(1).equals(task.file().sortOrderId()));
  }

  @Test
  void fileOfManyRowGroupsIsSortedFromItsFirstRowToItsLast() throws IOException {
    create(ORDER, PartitionSpec.unpartitioned(), 2);
    table.append(fatRows(100));
    table.append(fatRows(100));
    new ForeignPasses(root, table).withBatchBytes(80_000).compactsTo(table.rows());

    assertThat(onlyFile().file().splitOffsets()).hasSizeBetween(2, 4);
    assertThat(onlyFile().file().sortOrderId()).isEqualTo(table.table().sortOrder().orderId());
    assertThat(isOrdered(table.generation())).isTrue();
  }

  @Test
  void fileWhoseRowGroupsOverlapDoesNotClaimItsOrder() throws IOException {
    create(ORDER, PartitionSpec.unpartitioned(), 2);
    table.append(fatRows(100));
    table.append(fatRows(100));
    new ForeignPasses(root, table).withBatchBytes(20_000).compactsTo(table.rows());

    assertThat(onlyFile().file().splitOffsets()).hasSizeGreaterThan(4);
    assertThat(onlyFile().file().sortOrderId()).isZero();
    assertThat(isOrdered(table.generation())).isFalse();
  }

  @Test
  void fileIsSortedByTheOrderThatTheTableHasNow() throws IOException {
    create(SortOrder.builderFor(SCHEMA).asc("name").build(), PartitionSpec.unpartitioned(), 2);
    table.append(rows(10));
    table.append(rows(10));
    table.table().replaceSortOrder().asc("id").commit();
    table.append(rows(10));
    new ForeignPasses(root, table).compactsTo(table.rows());
    assertThat(onlyFile().file().sortOrderId()).isEqualTo(2);
    assertThat(isOrdered(table.generation())).isTrue();
  }

  @Test
  void sortedFieldCacheIsSortedAfterAPass() throws IOException {
    Path cache = FieldCaches.unpack("sorted", root);
    new Passes(new LocalDisk(), cache).forced();
    int sorted = 0;
    for (Partition partition : new CacheDirectory(new LocalDisk(), cache).partitions()) {
      Generation generation =
          ((Live) new PartitionInspector(new LocalDisk()).inspect(partition)).generation();
      SortOrder order = generation.metadata().sortOrder();
      if (order.isSorted() && generation.proof().isPresent()) {
        sorted++;
        assertThat(generation.liveFiles())
            .allMatch(task -> Integer.valueOf(order.orderId()).equals(task.file().sortOrderId()));
        assertThat(isOrdered(generation)).isTrue();
      }
    }
    assertThat(sorted).isPositive();
  }
}
