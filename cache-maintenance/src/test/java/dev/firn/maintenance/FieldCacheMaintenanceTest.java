package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.util.StructLikeWrapper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The main job on caches that another program wrote, unpacked somewhere else. */
@VerifiedAtTheEnd
class FieldCacheMaintenanceTest {
  private static final Set<String> UNREADABLE =
      Set.of("datasets/ai_gateway_messages/source=claude", "datasets/otel_events/source=claude");

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void forcedPassLeavesEveryRowInOneFileATuple(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    Map<String, List<String>> expected = RowMeaning.parse(FieldCaches.rowLines(name));
    if (name.equals("corrupt-cursor")) {
      expected.keySet().removeAll(UNREADABLE);
    }
    Passes passes = new Passes(disk, root);

    PassReport report = passes.forced();

    assertThat(report.partitions()).isNotEmpty();
    assertThat(CacheRows.read(disk, root)).isEqualTo(expected);
    for (PartitionReport partition : report.partitions()) {
      if (name.equals("corrupt-cursor") && UNREADABLE.contains(partition.partition().path())) {
        assertThat(partition.outcome()).isEqualTo(Outcome.UNREADABLE);
        continue;
      }
      requireCompact(partition, passes);
    }
  }

  private void requireCompact(PartitionReport report, Passes passes) throws Exception {
    Partition partition = report.partition();
    Live live = (Live) new PartitionInspector(disk).inspect(partition);
    List<FileScanTask> files = live.generation().liveFiles();
    Set<StructLikeWrapper> tuples = new HashSet<>();
    for (FileScanTask file : files) {
      assertThat(file.deletes()).isEmpty();
      assertThat(
              tuples.add(
                  StructLikeWrapper.forType(file.spec().partitionType())
                      .set(file.file().partition())))
          .as("a second file of tuple %s", file.file().partition())
          .isTrue();
    }
    if (report.outcome() == Outcome.SKIPPED) {
      assertThat(report.reason()).contains("nothing to merge");
      return;
    }
    assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
    assertThat(report.rowsBefore()).isEqualTo(report.rowsAfter());
    assertThat(report.dataFilesAfter()).isEqualTo(files.size());
    if (report.rowsAfter() == 0) {
      assertThat(files).isEmpty();
    }
    assertThat(RetiredMarker.find(disk, partition.directory().resolve(report.generationBefore())))
        .contains(new RetiredMarker(java.util.Optional.of(passes.now())));
    JsonNode cursor = new ObjectMapper().readTree(Files.readAllBytes(partition.cursorFile()));
    JsonNode compaction = cursor.path("compaction");
    assertThat(compaction.path("resettleBaselineFiles").asLong()).isEqualTo(files.size());
    assertThat(compaction.path("dataFilesBefore").asLong()).isEqualTo(report.dataFilesBefore());
    assertThat(cursor.path("rowCount").asLong()).isEqualTo(report.rowsAfter());
    switch (live.generation().name().layout()) {
      case SOURCE_TABLE -> {
        assertThat(compaction.path("previousTableDir").asText())
            .isEqualTo(report.generationBefore());
        assertThat(cursor.path("tableDir").asText()).isEqualTo(report.generationAfter());
      }
      case EPOCH -> {
        assertThat("epoch=" + compaction.path("previousEpoch").asLong())
            .isEqualTo(report.generationBefore());
        assertThat("epoch=" + cursor.path("epoch").asLong()).isEqualTo(report.generationAfter());
        assertThat(cursor.has("layout")).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void secondPassSkipsEverythingAndWritesNothingOutsideMaintenance(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    Passes passes = new Passes(disk, root);
    passes.forced();
    Map<String, String> before = Listing.of(root, path -> !path.startsWith("maintenance"));
    disk.forget();

    PassReport report = passes.forced();

    for (PartitionReport partition : report.partitions()) {
      assertThat(partition.outcome())
          .as(partition.partition().path())
          .isIn(Outcome.SKIPPED, Outcome.UNREADABLE);
      assertThat(partition.reason()).isNotBlank();
    }
    Path maintenance = new CacheDirectory(disk, root).maintenance();
    assertThat(disk.changes()).allMatch(call -> call.path().startsWith(maintenance));
    assertThat(Listing.of(root, path -> !path.startsWith("maintenance"))).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("names")
  void dryRunChangesNothingAtAll(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    Map<String, String> before = Listing.of(root);

    PassReport report = new Passes(disk, root).dry();

    assertThat(disk.changes()).isEmpty();
    assertThat(Listing.of(root)).isEqualTo(before);
    assertThat(report.dryRun()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("names")
  void unforcedPassCompactsOnlyWhatIsDueAndLosesNothing(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    Map<String, List<String>> before = CacheRows.read(disk, root);

    PassReport report = new Passes(disk, root).standard();

    assertThat(CacheRows.read(disk, root)).isEqualTo(before);
    long due = name.equals("source-table-fresh") ? 2 : name.equals("with-deletes") ? 4 : 0;
    assertThat(report.count(Outcome.COMPACTED)).isEqualTo(due);
  }
}
