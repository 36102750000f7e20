package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.report.PartitionReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans are made without the files' column statistics; who takes a file over looks them up. */
class CarriedStatisticsTest {
  private static final Schema SCHEMA = new Schema(required(1, "id", Types.LongType.get()));

  @TempDir Path root;

  @Test
  void aFileThatIsCarriedOverKeepsItsStatistics() throws IOException {
    BulkPartition partition =
        BulkPartition.create(root, SCHEMA).partitionedBy(Expressions.truncate("id", 10));
    partition.add(List.of(row(7)), List.of(tuple(0)));
    partition.add(List.of(row(17)), List.of(tuple(10), tuple(10)));
    partition.commit();

    PartitionReport report =
        Passes.of(new Passes(new LocalDisk(), root).forced(), BulkPartition.PATH);

    assertThat(report.filesLinked()).isEqualTo(1);
    assertThat(report.filesRewritten()).isEqualTo(2);
    Generation live =
        ((Live) new PartitionInspector(new LocalDisk()).inspect(TestGenerations.partition(root)))
            .generation();
    Set<String> locations =
        live.liveFiles().stream().map(task -> task.file().location()).collect(Collectors.toSet());
    List<FileScanTask> files = live.liveFilesWithStatistics(locations);
    assertThat(files).hasSize(2);
    for (FileScanTask task : files) {
      DataFile file = task.file();
      assertThat(file.lowerBounds()).as(file.location()).containsKey(1);
      assertThat(file.upperBounds()).as(file.location()).containsKey(1);
      assertThat(file.valueCounts()).as(file.location()).containsEntry(1, file.recordCount());
    }
  }

  @Test
  void filesAreListedWithoutStatistics() throws IOException {
    BulkPartition partition = BulkPartition.create(root, SCHEMA);
    partition.add(List.of(row(7)), 1);
    partition.commit();
    Live live =
        (Live) new PartitionInspector(new LocalDisk()).inspect(TestGenerations.partition(root));
    assertThat(live.generation().liveFiles()).hasSize(1);
    assertThat(live.generation().liveFiles().get(0).file().lowerBounds()).isNull();
  }

  private static GenericRecord row(long id) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    return row;
  }

  private static GenericRecord tuple(long value) {
    GenericRecord tuple =
        GenericRecord.create(Types.StructType.of(optional(1000, "id", Types.LongType.get())));
    tuple.set(0, value);
    return tuple;
  }
}
