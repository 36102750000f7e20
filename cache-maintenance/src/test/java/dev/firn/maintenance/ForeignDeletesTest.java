package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.testing.ForeignTable;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables in which another engine deleted rows, in every way there is. Rows before a pass are
 * compared with those after it as Iceberg's own reader reads them.
 */
class ForeignDeletesTest {
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "id", Types.IntegerType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(
              3,
              "s",
              Types.StructType.of(
                  optional(4, "a", Types.IntegerType.get()),
                  optional(5, "b", Types.StringType.get()))),
          optional(6, "part", Types.StringType.get()));

  @TempDir Path root;
  private ForeignTable table;

  @BeforeEach
  void version2() throws IOException {
    table = ForeignTable.create(root, SCHEMA, 2);
  }

  private void version3() throws IOException {
    root = root.resolve("v3");
    table = ForeignTable.create(root, SCHEMA, 3);
  }

  private void partitioned() throws IOException {
    root = root.resolve("partitioned");
    PartitionSpec spec = PartitionSpec.builderFor(SCHEMA).identity("part").build();
    table = ForeignTable.create(root, SCHEMA, spec, SortOrder.unsorted(), 2);
  }

  private static Record row(int id) {
    return ForeignTable.rowOf(
        SCHEMA,
        id % 10 == 7 ? null : id,
        id % 4 == 1 ? null : "name-" + id % 3,
        id % 5 == 0 ? null : new Object[] {id % 6 == 0 ? null : id, "b" + id % 2},
        "p" + id % 2);
  }

  private static Record[] rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(ForeignDeletesTest::row).toArray(Record[]::new);
  }

  private DataFile append(int from, int to) throws IOException {
    return table.append(rows(from, to)).get(0);
  }

  private static String name(DataFile file) {
    return file.location().substring(file.location().lastIndexOf('/') + 1);
  }

  private PartitionReport removesDeletes() throws IOException {
    return new ForeignPasses(root, table).removesDeletes();
  }

  /** Where every file is large, exactly these go over by hard link. */
  private void removesDeletesAndCarries(DataFile... carried) throws IOException {
    Path before = table.generation().directory();
    ForeignPasses passes = new ForeignPasses(root, table).withLargeFiles();
    passes.removesDeletes();
    assertThat(passes.linkedFrom(before))
        .containsExactlyInAnyOrderElementsOf(Stream.of(carried).map(d -> name(d)).toList());
  }

  @Test
  void positionDeletesOfOneFileAndOfMany() throws IOException {
    DataFile first = append(0, 20);
    DataFile second = append(20, 40);
    DataFile third = append(40, 60);
    DataFile untouched = append(60, 80);
    table.delete(table.positionDeletes(first, 0, 7, 19));
    table.delete(
        table.positionDeletes(
            Map.of(first, new long[] {7, 8}, second, new long[] {0, 1}, third, new long[] {5})));
    table.delete(table.positionDeletes(second, IntStream.range(0, 20).asLongStream().toArray()));
    DataFile newer = append(80, 90);

    removesDeletesAndCarries(untouched, newer);
    assertThat(table.rows()).hasSize(20 - 4 + 20 - 1 + 20 + 10);
  }

  @Test
  void positionDeletesOfTheSameCommitAsTheirFileApply() throws IOException {
    append(0, 5);
    List<DataFile> added = table.write(rows(5, 15));
    table.commit(added, table.positionDeletes(added.get(0), 2, 3));

    assertThat(removesDeletes().dropped().count(DropReason.DELETED)).isEqualTo(2);
    assertThat(table.rows()).hasSize(13);
  }

  @Test
  void equalityDeletesHideOlderRowsAndNoRowThatIsAddedAgain() throws IOException {
    append(0, 20);
    table.delete(table.equalityDeletes(List.of("id"), rows(3, 6)));
    DataFile again = append(3, 5);
    List<DataFile> both = table.write(rows(8, 10));
    table.commit(both, table.equalityDeletes(List.of("id"), rows(8, 10)));
    DataFile last = append(8, 9);

    removesDeletesAndCarries(again, both.get(0), last);
    assertThat(table.rows()).hasSize(20 - 3 + 2 - 2 + 2 + 1);
  }

  @Test
  void equalityDeletesByNullAndByManyColumns() throws IOException {
    append(0, 60);
    table.delete(table.equalityDeletes(List.of("id"), row(7)));
    table.delete(table.equalityDeletes(List.of("id", "name"), row(1), row(2), row(17), row(13)));
    table.delete(table.equalityDeletes(List.of("name", "part"), row(41)));
    append(0, 3);
    long before = table.rows().size();

    assertThat(removesDeletes().dropped().count(DropReason.DELETED)).isEqualTo(63 - before);
    assertThat(before).isLessThan(50);
  }

  @Test
  void equalityDeletesByNestedColumns() throws IOException {
    append(0, 30);
    append(30, 60);
    table.delete(table.equalityDeletes(List.of("s.a"), row(3), row(31), row(6)));
    table.delete(table.equalityDeletes(List.of("s.b", "name"), row(2)));
    table.delete(table.equalityDeletes(List.of("s.a", "s.b", "id"), row(51)));

    assertThat(removesDeletes().dropped().count(DropReason.DELETED)).isGreaterThan(10);
  }

  @Test
  void keyColumnsThatWereRenamedWidenedOrMovedStillDecide() throws IOException {
    append(0, 20);
    table.delete(table.equalityDeletes(List.of("id"), rows(3, 5)));
    table.delete(table.equalityDeletes(List.of("s.a"), rows(11, 12)));
    table
        .table()
        .updateSchema()
        .updateColumn("id", Types.LongType.get())
        .renameColumn("id", "number")
        .updateColumn("s.a", Types.LongType.get())
        .renameColumn("s", "struct")
        .moveFirst("name")
        .commit();
    Record late = table.row("x", 3L, new Object[] {11L, "late"}, "p0");
    Record tall = table.row("x", 5_000_000_000L, null, "p0");
    table.append(late, tall);
    table.delete(table.equalityDeletes(List.of("number"), tall, table.row("", 14L, null, "")));

    removesDeletes();
    assertThat(table.rows())
        .hasSize(20 - 3 - 1 + 1)
        .anyMatch(row -> row.contains("number=3 ") && row.contains("late"))
        .noneMatch(row -> row.contains("number=5000000000"));
  }

  @Test
  void keyColumnThatWasDroppedStillDecides() throws IOException {
    append(0, 20);
    table.delete(table.equalityDeletes(List.of("name"), row(2)));
    append(20, 25);
    table.delete(table.equalityDeletes(List.of("id", "name"), row(22)));
    long live = table.rows().size();
    table.table().updateSchema().deleteColumn("name").commit();
    table.table().updateSchema().addColumn("name", Types.DoubleType.get()).commit();

    // Iceberg's own generic reader cannot read such a table; the format says what is in it.
    PartitionReport report = new ForeignPasses(root, table).run(new LocalDisk(), false);
    assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
    assertThat(report.dropped().count(DropReason.DELETED)).isEqualTo(25 - live);
    assertThat(table.rows())
        .hasSize((int) live)
        .noneMatch(row -> row.contains("id=2 ") || row.contains("id=22 "))
        .allMatch(row -> row.contains("name=null"));
  }

  @Test
  void deletesByAColumnThatOlderFilesLack() throws IOException {
    append(0, 10);
    table.table().updateSchema().addColumn("added", Types.IntegerType.get()).commit();
    table.append(table.row(100, "x", null, "p", 1), table.row(101, "x", null, "p", null));
    table.delete(
        table.equalityDeletes(List.of("added", "part"), table.row(0, "", null, "p0", null)));
    table.append(table.row(102, "x", null, "p0", null));

    assertThat(removesDeletes().dropped().count(DropReason.DELETED)).isEqualTo(5);
  }

  @Test
  void deletesOfOnePartitionLeaveTheOthersAlone() throws IOException {
    partitioned();
    List<DataFile> first = table.append(rows(0, 20));
    List<DataFile> second = table.append(rows(20, 40));
    DataFile even = first.get(0);
    DataFile odd = first.get(1);
    PartitionSpec spec = table.table().spec();
    table.delete(table.equalityDeletes(spec, even, List.of("name"), row(2), row(3)));
    table.delete(
        table.positionDeletes(Map.of(odd, new long[] {0, 3}, second.get(1), new long[] {4})));
    List<DataFile> third = table.append(rows(40, 44));

    removesDeletesAndCarries(third.get(0), third.get(1));
  }

  @Test
  void globalDeletesOfAnUnpartitionedSpecReachEverySpec() throws IOException {
    append(0, 10);
    PartitionSpec none = table.table().spec();
    table.table().updateSpec().addField("part").commit();
    table.append(rows(10, 30));
    table.table().updateSpec().addField(Expressions.bucket("id", 4)).commit();
    DataFile one = table.append(rows(30, 60)).get(0);
    table.delete(table.equalityDeletes(none, null, List.of("id"), row(3), row(12), row(35)));
    table.append(rows(35, 36));
    table.delete(
        table.equalityDeletes(table.table().spec(), one, List.of("name"), row(0), row(1), row(2)));
    table.table().updateSpec().removeField("part").commit();
    table.append(rows(60, 70));

    PartitionReport report = removesDeletes();
    assertThat(report.dropped().count(DropReason.DELETED)).isGreaterThan(3);
  }

  @Test
  void deletionVectorsTogetherWithEqualityDeletes() throws IOException {
    version3();
    DataFile first = append(0, 20);
    DataFile second = append(20, 40);
    DataFile untouched = append(140, 160);
    table.delete(table.deletionVector(first, 0, 3, 19));
    table.delete(table.equalityDeletes(List.of("id"), row(3), row(4), row(39)));
    table.delete(table.deletionVector(second, IntStream.range(0, 12).asLongStream().toArray()));
    DataFile newer = append(3, 5);

    removesDeletesAndCarries(untouched, newer);
    assertThat(table.rows()).hasSize(16 + 7 + 20 + 2);
  }

  @Test
  void positionDeletesFromBeforeAnUpgradeToDeletionVectors() throws IOException {
    DataFile first = append(0, 20);
    DataFile second = append(20, 40);
    DeleteFile old = table.positionDeletes(Map.of(first, new long[] {1}, second, new long[] {2}));
    table.delete(old);
    table.table().updateProperties().set("format-version", "3").commit();
    table.delete(table.deletionVector(first, 1, 5));

    assertThat(removesDeletes().dropped().count(DropReason.DELETED)).isEqualTo(3);
  }

  @Test
  void tableOfWhichEveryRowIsDeletedIsEmptyAfterwards() throws IOException {
    DataFile first = append(0, 5);
    append(5, 9);
    table.delete(table.positionDeletes(first, 0, 1, 2, 3, 4));
    table.delete(table.equalityDeletes(List.of("id"), rows(5, 9)));

    assertThat(removesDeletes().dataFilesAfter()).isZero();
  }

  @Test
  void deletesThatHideNothingAreGoneAfterwardsAndTheirLargeFilesCarriedOver() throws IOException {
    DataFile file = append(0, 20);
    DataFile other = append(20, 40);
    table.delete(
        table.equalityDeletes(
            List.of("id", "name"),
            ForeignTable.rowOf(SCHEMA, 5, "name-1", null, "p0"),
            ForeignTable.rowOf(SCHEMA, 25, "name-1", null, "p0")));

    removesDeletesAndCarries(file, other);
    PartitionReport next =
        new ForeignPasses(root, table).withLargeFiles().run(new LocalDisk(), false);
    assertThat(next.outcome()).isEqualTo(Outcome.SKIPPED);
  }

  @Test
  void deletesThatHideNothingOfOneSmallFileAreGoneAfterwards() throws IOException {
    append(0, 20);
    table.delete(
        table.equalityDeletes(
            List.of("id", "name"), ForeignTable.rowOf(SCHEMA, 5, "name-1", null, "p0")));

    assertThat(removesDeletes().dropped().count(DropReason.DELETED)).isZero();
  }

  @Test
  void deletesNoNewerThanTheirFilesAreNoReasonToRewrite() throws IOException {
    append(0, 5);
    table.commit(table.write(rows(5, 10)), table.equalityDeletes(List.of("id"), rows(5, 10)));
    append(10, 20);

    PartitionReport report = new ForeignPasses(root, table).run(new LocalDisk(), false);
    assertThat(report.outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(report.reason()).contains("small files");
    assertThat(
            new ForeignPasses(root, table)
                .compactsTo(table.rows())
                .dropped()
                .count(DropReason.DELETED))
        .isZero();
  }

  @Test
  void deleteThatIsCommittedDuringTheRewriteGivesItUp() throws IOException {
    append(0, 10);
    DataFile second = append(10, 20);
    table.delete(table.equalityDeletes(List.of("id"), row(3)));
    for (DeleteFile late :
        List.of(
            table.equalityDeletes(List.of("id"), row(5), row(15)),
            table.positionDeletes(second, 2, 3))) {
      PartitionReport report = during(() -> table.delete(late));
      assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.reason()).contains("meanwhile deletes of", "have changed", "plans anew");
      assertThat(report.generationAfter()).isEqualTo("table-7");
    }
    assertThat(table.rows()).hasSize(15);
    removesDeletes();
  }

  @Test
  void deletedRowOfAFileThatWasAddedDuringTheRewriteGivesItUp() throws IOException {
    append(0, 10);
    append(10, 20);
    PartitionReport report =
        during(
            () -> {
              DataFile added = append(20, 30);
              table.delete(table.positionDeletes(added, 1));
            });
    assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(report.reason()).contains("meanwhile deletes were added to");
    assertThat(table.rows()).hasSize(29);
    removesDeletes();
  }

  @Test
  void deleteDuringTheRewriteThatAppliesToNoFileIsLeftBehind() throws IOException {
    append(0, 10);
    append(10, 20);
    List<String> expected = table.rows();
    PartitionReport report =
        during(() -> table.delete(table.equalityDeletes(List.of("part", "s.a"), row(1_000_003))));
    assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
    assertThat(table.rows()).isEqualTo(expected);
  }

  private interface Work {
    void run() throws IOException;
  }

  private PartitionReport during(Work work) throws IOException {
    RecordingDisk watched = new RecordingDisk();
    AtomicBoolean first = new AtomicBoolean(true);
    watched.failWith(
        call -> {
          if (call.kind() == Kind.CREATE
              && call.path().toString().contains("/rewritten-")
              && first.getAndSet(false)) {
            work.run();
          }
        });
    return new ForeignPasses(root, table).run(watched, true);
  }
}
