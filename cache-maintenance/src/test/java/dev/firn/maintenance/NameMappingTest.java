package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.rewrite.ForeignFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data files without field ids, as they are when somebody imports what was there before. */
class NameMappingTest {
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "a", Types.StringType.get()),
          optional(2, "b", Types.StringType.get()),
          optional(3, "s", Types.StructType.of(optional(4, "x", Types.LongType.get()))));

  private static final String MAPPING =
      "[{\"field-id\": 1, \"names\": [\"a\", \"former\"]}, {\"field-id\": 2, \"names\": [\"b\"]},"
          + " {\"field-id\": 3, \"names\": [\"s\"],"
          + " \"fields\": [{\"field-id\": 4, \"names\": [\"x\"]}]}]";

  @TempDir Path root;

  @Test
  void filesWithoutIdsAreReadAndRewrittenByTheNamesThatTheTableMaps() throws IOException {
    BulkPartition partition = BulkPartition.create(root, SCHEMA);
    partition.setProperty("schema.name-mapping.default", MAPPING);
    addFiles(partition);
    List<String> before = rows();
    assertThat(before).containsExactly("a1 b1 1", "a2 null null", "a3 b3 3", "a4 null null");

    PartitionReport report = pass();

    assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
    assertThat(rows()).isEqualTo(before);
    assertThat(live().liveFiles()).hasSize(1);
  }

  /** Readers would count the columns of a file, which is a guess; a rewrite does not guess. */
  @Test
  void withoutAMappingThePartitionIsNotRewrittenAndSaysWhy() throws IOException {
    BulkPartition partition = BulkPartition.create(root, SCHEMA);
    addFiles(partition);
    Generation before = live();

    PartitionReport report = pass();

    assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(report.reason()).contains("expected field ids, found a schema without any (file ");
    assertThat(live().metadataFile()).isEqualTo(before.metadataFile());
  }

  private static void addFiles(BulkPartition partition) throws IOException {
    partition.add(
        ForeignFile.of(
                "message m { optional group s { optional int64 x; }"
                    + " optional binary b (STRING); optional binary a (STRING); }")
            .row(
                row -> {
                  row.append("a", "a1").append("b", "b1");
                  row.addGroup("s").append("x", 1L);
                })
            .row(row -> row.append("a", "a2"))
            .write(),
        2);
    partition.add(
        ForeignFile.of(
                "message m { optional binary unknown (STRING); optional binary former (STRING);"
                    + " optional binary b (STRING); optional group s { optional int64 x; } }")
            .row(
                row -> {
                  row.append("unknown", "u").append("former", "a3").append("b", "b3");
                  row.addGroup("s").append("x", 3L);
                })
            .row(row -> row.append("former", "a4"))
            .write(),
        2);
    partition.commit();
  }

  private PartitionReport pass() throws IOException {
    return Passes.of(new Passes(new LocalDisk(), root).forced(), BulkPartition.PATH);
  }

  private Generation live() throws IOException {
    Live live =
        (Live) new PartitionInspector(new LocalDisk()).inspect(TestGenerations.partition(root));
    return live.generation();
  }

  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    new RowReader(new LocalDisk(), live())
        .forEach(
            SCHEMA,
            row -> {
              org.apache.iceberg.data.Record struct = (org.apache.iceberg.data.Record) row.get(2);
              rows.add(
                  row.get(0) + " " + row.get(1) + " " + (struct == null ? null : struct.get(0)));
              return true;
            });
    return rows;
  }
}
