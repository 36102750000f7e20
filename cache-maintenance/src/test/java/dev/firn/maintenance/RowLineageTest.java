package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.testing.ForeignTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row ids of format version 3 start anew, and none is given twice. */
class RowLineageTest {
  private static final Schema SCHEMA = new Schema(optional(1, "id", Types.LongType.get()));

  @TempDir Path root;

  private static Record[] rows(int count) {
    Record[] rows = new Record[count];
    for (int i = 0; i < count; i++) {
      rows[i] = ForeignTable.rowOf(SCHEMA, (long) i);
    }
    return rows;
  }

  @Test
  void rewrittenAndCarriedFilesGetIdsThatTheOldGenerationNeverGave() throws IOException {
    ForeignTable table = ForeignTable.create(root, SCHEMA, 3);
    DataFile first = table.append(rows(100)).get(0);
    table.append(rows(50));
    table.delete(table.deletionVector(first, 3, 4));
    assertThat(table.generation().metadata().nextRowId()).isEqualTo(150);

    new ForeignPasses(root, table).withLargeFiles().removesDeletes();

    Set<Long> ids = new HashSet<>();
    for (FileScanTask task : table.generation().liveFiles()) {
      for (long i = 0; i < task.file().recordCount(); i++) {
        assertThat(ids.add(task.file().firstRowId() + i)).isTrue();
      }
    }
    assertThat(ids).hasSize(148).allMatch(id -> id >= 150);
    assertThat(table.generation().metadata().nextRowId()).isEqualTo(298);
    table.append(rows(1));
    assertThat(table.generation().metadata().nextRowId()).isEqualTo(299);
  }
}
