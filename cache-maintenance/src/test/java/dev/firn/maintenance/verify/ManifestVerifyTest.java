package dev.firn.maintenance.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFile.PartitionFieldSummary;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What manifests and manifest lists say wrongly, in tables of Iceberg's own making. */
class ManifestVerifyTest {
  @TempDir Path root;
  private Table table;

  private void makeTable(String version) throws IOException {
    Partition partition = TestGenerations.partition(root);
    table = TestGenerations.create(partition, "table", TestGenerations.SCHEMA, version).table();
    Files.write(partition.cursorFile(), CursorCodec.formatFirst(TestGenerations.name("table")));
  }

  private List<Finding> findings() throws IOException {
    return Verifies.findings(Verifies.quick(new LocalDisk(), root));
  }

  private void deleteThroughVector(String location) throws IOException {
    BaseDVFileWriter writer =
        new BaseDVFileWriter(
            OutputFileFactory.builderFor(table, 1, 1).format(FileFormat.PUFFIN).build(),
            path -> null);
    try (writer) {
      writer.delete(location, 3, PartitionSpec.unpartitioned(), null);
      writer.delete(location, 5, PartitionSpec.unpartitioned(), null);
    }
    table.newRowDelta().addDeletes(writer.result().deleteFiles().get(0)).commit();
  }

  @Test
  void vectorThatSpellsItsDataFileAsTheSnapshotDoesIsRight() throws IOException {
    makeTable("3");
    DataFile file = TestGenerations.append(table, "0.parquet", TestGenerations.rows(0, 10));
    deleteThroughVector(file.location());

    VerifyReport report = Verifies.full(new LocalDisk(), root);

    assertThat(Verifies.findings(report)).isEmpty();
    assertThat(report.partitions().get(0).rows()).isEqualTo(8);
  }

  @Test
  void vectorThatSpellsItsDataFileInAnotherWayDoesNotApplyAndIsDamage() throws IOException {
    makeTable("3");
    TestGenerations.append(table, "0.parquet", TestGenerations.rows(0, 10));
    deleteThroughVector("file:///elsewhere/table/data/0.parquet");

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
              assertThat(finding.consequence())
                  .isEqualTo("the deletes do not apply: 2 rows that were deleted come back");
            });
  }

  @Test
  void vectorForAFileThatIsNotInTheSnapshotIsAWarning() throws IOException {
    makeTable("3");
    TestGenerations.append(table, "0.parquet", TestGenerations.rows(0, 10));
    deleteThroughVector(table.location() + "/data/1.parquet");

    assertThat(findings()).extracting(Finding::severity).containsExactly(Severity.WARNING);
  }

  @Test
  void splitOffsetThatIsNoRowGroupIsAWarning() throws IOException {
    makeTable("2");
    DataFile file = TestGenerations.write(table, "0.parquet", TestGenerations.rows(0, 10));
    table
        .newFastAppend()
        .appendFile(
            DataFiles.builder(PartitionSpec.unpartitioned())
                .copy(file)
                .withSplitOffsets(List.of(4L, 77L))
                .build())
        .commit();

    assertThat(findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.expected()).contains("[4, 77]"));
  }

  @Test
  void fileThatIsTwiceInTheSnapshotIsReadTwice() throws IOException {
    makeTable("2");
    DataFile file = TestGenerations.append(table, "0.parquet", TestGenerations.rows(0, 10));
    table.newFastAppend().appendFile(file).commit();

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
              assertThat(finding.consequence()).isEqualTo("10 rows are read twice");
            });
  }

  @Test
  void recordCountThatIsNotTheFootersIsDamage() throws IOException {
    makeTable("2");
    DataFile file = TestGenerations.write(table, "0.parquet", TestGenerations.rows(0, 10));
    table
        .newFastAppend()
        .appendFile(
            DataFiles.builder(PartitionSpec.unpartitioned()).copy(file).withRecordCount(11).build())
        .commit();

    assertThat(findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.expected()).startsWith("11 rows");
              assertThat(finding.found()).startsWith("10 rows");
            });
  }

  @Test
  void partitionValuesOutsideOfTheirSummaryAreNamed() {
    PartitionSpec spec = PartitionSpec.builderFor(TestGenerations.SCHEMA).identity("id").build();
    PartitionSummaries found = new PartitionSummaries(spec);
    found.add(new Tuple(7L));
    found.add(new Tuple(9L));

    assertThat(complaints(found, 7, 9)).isEmpty();
    assertThat(complaints(found, 0, 99)).isEmpty();
    assertThat(complaints(found, 8, 9)).containsExactly("partition field id from 8, found 7");
    assertThat(complaints(found, 7, 8)).containsExactly("partition field id up to 8, found 9");
    found.add(new Tuple(null));
    assertThat(complaints(found, 7, 9))
        .containsExactly("partition field id without null, found null");
  }

  private static List<String> complaints(PartitionSummaries found, long from, long to) {
    PartitionFieldSummary summary =
        proxy(
            PartitionFieldSummary.class,
            method ->
                switch (method) {
                  case "containsNull" -> false;
                  case "lowerBound" -> bound(from);
                  case "upperBound" -> bound(to);
                  default -> throw new AssertionError(method);
                });
    ManifestFile manifest = proxy(ManifestFile.class, method -> List.of(summary));
    List<String> complaints = new ArrayList<>();
    found.compare(manifest, (expected, is) -> complaints.add(expected + ", found " + is));
    return complaints;
  }

  private static ByteBuffer bound(long value) {
    return Conversions.toByteBuffer(Types.LongType.get(), value);
  }

  private static <T> T proxy(Class<T> type, java.util.function.Function<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answers.apply(method.getName())));
  }

  private record Tuple(Long value) implements org.apache.iceberg.StructLike {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public <T> T get(int position, Class<T> type) {
      return type.cast(value);
    }

    @Override
    public <T> void set(int position, T newValue) {
      throw new AssertionError();
    }
  }
}
