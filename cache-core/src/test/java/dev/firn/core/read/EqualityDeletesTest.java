package dev.firn.core.read;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.testing.ForeignTable;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.avro.Avro;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.avro.DataWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Iceberg's own generic reader does not do: projections, dropped columns, bounds. */
class EqualityDeletesTest {
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "id", Types.LongType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(
              3,
              "s",
              Types.StructType.of(
                  optional(4, "a", Types.LongType.get()),
                  optional(5, "b", Types.StringType.get()))));

  @TempDir Path root;
  private ForeignTable table;

  @BeforeEach
  void makeTable() throws IOException {
    table = ForeignTable.create(root, SCHEMA, 2);
  }

  private Record[] rows(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            i ->
                ForeignTable.rowOf(
                    SCHEMA, (long) i, "name-" + i, new Object[] {(long) i, "b-" + i % 2}))
        .toArray(Record[]::new);
  }

  @Test
  void nestedKeyDecidesWhateverIsProjected() throws IOException {
    table.append(rows(0, 6));
    table.delete(table.equalityDeletes(List.of("s.a"), rows(2, 4)));
    assertThat(table.rows()).hasSize(4);

    assertThat(ids(SCHEMA)).containsExactly(0L, 1L, 4L, 5L);
    assertThat(ids(SCHEMA.select("id"))).containsExactly(0L, 1L, 4L, 5L);
    assertThat(ids(SCHEMA.select("id", "s.b"))).containsExactly(0L, 1L, 4L, 5L);
    assertThat(hidden(new LocalDisk(), Long.MAX_VALUE)).containsExactly(BitSet.valueOf(bits(2, 3)));
  }

  @Test
  void columnsThatWereDroppedSinceStillDecide() throws IOException {
    table.append(rows(0, 6));
    table.delete(table.equalityDeletes(List.of("name"), rows(2, 4)));
    table.append(rows(2, 3));
    table.delete(table.equalityDeletes(List.of("id", "name"), rows(5, 6)));
    table.table().updateSchema().deleteColumn("name").commit();
    table.table().updateSchema().addColumn("name", Types.LongType.get()).commit();
    table.table().updateSchema().deleteColumn("s").commit();

    assertThat(ids(table.table().schema())).containsExactly(0L, 1L, 2L, 4L);
    assertThat(ids(table.table().schema().select("name"))).hasSize(4);
  }

  @Test
  void fileWithoutTheDroppedColumnHoldsNullThere() throws IOException {
    Record noName = ForeignTable.rowOf(SCHEMA, null, null, null);
    var late = table.equalityDeletes(List.of("name"), noName);
    table.append(rows(0, 2));
    table.table().updateSchema().deleteColumn("name").commit();
    table.append(table.row(7L, null));
    table.delete(late);

    assertThat(ids(table.table().schema())).containsExactly(0L, 1L);
  }

  @Test
  void fileWithoutTheDroppedRequiredColumnIsRead() throws IOException {
    Schema schema =
        new Schema(
            optional(1, "id", Types.LongType.get()),
            Types.NestedField.required(2, "name", Types.StringType.get()));
    table = ForeignTable.create(root.resolve("required"), schema, 2);
    var late = table.equalityDeletes(List.of("name"), table.row(null, "x"));
    table.append(table.row(1L, "x"), table.row(2L, "y"));
    table.table().updateSchema().deleteColumn("name").commit();
    table.append(table.row(3L));
    table.delete(late);

    assertThat(ids(table.table().schema())).containsExactly(2L, 3L);
  }

  @Test
  void rowOfTheSameCommitAsItsDeleteStays() throws IOException {
    table.append(rows(0, 3));
    table.commit(table.write(rows(1, 2)), table.equalityDeletes(List.of("id"), rows(1, 2)));
    table.delete(table.equalityDeletes(List.of("id"), rows(0, 1)));
    table.append(rows(5, 8));
    table.commit(table.write(rows(5, 7)), table.equalityDeletes(List.of("id"), rows(5, 7)));
    table.delete(table.equalityDeletes(List.of("id"), rows(6, 7)));

    assertThat(table.rows()).hasSize(4);
    assertThat(ids(SCHEMA)).containsExactly(1L, 2L, 5L, 7L);
  }

  @Test
  void deleteFilesMayBeAvro() throws IOException {
    table.append(rows(0, 6));
    EqualityDeleteWriter<Record> writer =
        Avro.writeDeletes(
                table.table().io().newOutputFile(table.table().location() + "/data/deletes.avro"))
            .createWriterFunc(DataWriter::create)
            .withSpec(table.table().spec())
            .rowSchema(SCHEMA.select("id", "name"))
            .equalityFieldIds(1)
            .buildEqualityWriter();
    try (writer) {
      writer.write(ForeignTable.rowOf(SCHEMA.select("id", "name"), 3L, "ignored"));
    }
    table.delete(writer.toDeleteFile());

    assertThat(table.rows()).hasSize(5);
    assertThat(ids(SCHEMA)).containsExactly(0L, 1L, 2L, 4L, 5L);
  }

  @Test
  void keysBeyondTheBoundAreGoneThroughPortionByPortion() throws IOException {
    for (int i = 0; i < 10; i++) {
      table.append(rows(10 * i, 10 * i + 10));
      table.delete(
          table.equalityDeletes(List.of("id"), rows(10 * i, 10 * i + 3)),
          table.equalityDeletes(List.of("name"), rows(10 * i + 2, 10 * i + 5)));
    }
    List<BitSet> expected = Collections.nCopies(10, BitSet.valueOf(bits(0, 1, 2, 3, 4)));
    for (long bound : new long[] {0, 1000, 5000, 1 << 20}) {
      assertThat(hidden(new LocalDisk(), bound)).as("bound %s", bound).isEqualTo(expected);
    }
    assertThat(ids(SCHEMA)).hasSize(50);
  }

  @Test
  void deleteFilesAreReadOnceForAllDataFiles() throws IOException {
    List<org.apache.iceberg.DataFile> files = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      files.addAll(table.append(rows(0, 100)));
    }
    table.delete(
        table.equalityDeletes(List.of("id"), rows(10, 20)),
        table.equalityDeletes(List.of("id"), rows(15, 30)),
        table.positionDeletes(
            java.util.Map.of(files.get(0), new long[] {1}, files.get(5), new long[] {2})));
    RecordingDisk disk = new RecordingDisk();
    Generation generation = load(disk);
    List<FileScanTask> tasks = generation.liveFiles();
    DeletedRows deletedRows = new DeletedRows(generation);
    assertThat(deletedRows.of(tasks.get(0)).cardinality()).isEqualTo(21);
    long once = opened(disk);
    disk.forget();
    assertThat(deletedRows.of(tasks.get(5)).cardinality()).isEqualTo(21);
    assertThat(deletedRows.liveRows(tasks)).isEqualTo(8 * 80 - 2);
    assertThat(opened(disk)).isZero();

    new RowReader(disk, load(disk)).forEach(SCHEMA.select("id"), row -> true);
    assertThat(opened(disk)).isEqualTo(once);
  }

  /** Opening a file once may take several calls, for its length and for what is in it. */
  private static long opened(RecordingDisk disk) {
    return disk.calls().stream()
        .filter(call -> call.kind() == Kind.OPEN)
        .map(call -> String.valueOf(call.path().getFileName()))
        .filter(name -> name.startsWith("equality-") || name.startsWith("deletes-"))
        .count();
  }

  private static long[] bits(int... positions) {
    BitSet bits = new BitSet();
    IntStream.of(positions).forEach(bits::set);
    return bits.toLongArray();
  }

  private Generation load(Disk disk) throws IOException {
    Generation generation = table.generation();
    return Generation.load(disk, generation.directory(), generation.name());
  }

  private List<BitSet> hidden(Disk disk, long bound) throws IOException {
    Generation generation = load(disk);
    List<FileScanTask> files = generation.liveFiles();
    DeletedRows deletedRows = new DeletedRows(generation, bound);
    List<BitSet> together = deletedRows.of(files);
    List<BitSet> single = new ArrayList<>();
    for (FileScanTask file : files) {
      single.add(deletedRows.of(file));
    }
    assertThat(single).isEqualTo(together);
    assertThat(deletedRows.liveRows(files))
        .isEqualTo(
            files.stream().mapToLong(file -> file.file().recordCount()).sum()
                - together.stream().mapToLong(BitSet::cardinality).sum());
    return together;
  }

  private List<Long> ids(Schema projection) throws IOException {
    List<Long> ids = new ArrayList<>();
    new RowReader(new LocalDisk(), load(new LocalDisk()))
        .forEach(
            projection,
            row -> {
              ids.add((Long) row.get(0));
              return true;
            });
    if (!ids.contains(null)) {
      Collections.sort(ids);
    }
    return ids;
  }
}
