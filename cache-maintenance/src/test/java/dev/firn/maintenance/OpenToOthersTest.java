package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What maintenance writes is open to other engines, at the place where it stands. */
@VerifiedAtTheEnd
class OpenToOthersTest {
  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  @ParameterizedTest
  @ValueSource(
      strings = {"source-table-fresh", "epoch-legacy", "with-deletes", "partitioned", "sorted"})
  void generationOpensWithHadoopTablesAndItsFilesWithDuckDb(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    new Passes(disk, root).forced();

    for (Partition partition : new CacheDirectory(disk, root).partitions()) {
      Live live = (Live) new PartitionInspector(disk).inspect(partition);
      if (live.generation().proof().isEmpty()) {
        continue; // nothing to merge: it stands as it was written, elsewhere
      }
      long rows = CacheRows.read(disk, live).size();
      assertThat(countWithHadoopTables(live.generation().directory())).isEqualTo(rows);
      assertThat(countWithDuckDb(live)).isEqualTo(rows);
    }
  }

  private static long countWithHadoopTables(Path generation) throws Exception {
    Table table = new HadoopTables(new Configuration(false)).load(generation.toString());
    long count = 0;
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      for (Record row : rows) {
        assertThat(row).isNotNull();
        count++;
      }
    }
    return count;
  }

  private static long countWithDuckDb(Live live) throws Exception {
    List<String> files = new ArrayList<>();
    for (FileScanTask task : live.generation().liveFiles()) {
      files.add("'" + live.generation().io().resolve(task.file().location()) + "'");
    }
    if (files.isEmpty()) {
      return 0;
    }
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT count(*), count(DISTINCT hash(t)) FROM read_parquet(["
                    + String.join(",", files)
                    + "]) t")) {
      assertThat(result.next()).isTrue();
      assertThat(result.getLong(2)).isPositive();
      return result.getLong(1);
    }
  }
}
