package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.condition.Condition;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.drop.DatasetDrop;
import dev.firn.maintenance.purge.CachePurge;
import dev.firn.maintenance.purge.PurgeFinding;
import dev.firn.maintenance.purge.PurgeOptions;
import dev.firn.maintenance.purge.PurgeReport;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a dataset that was dropped before are not forgotten by a purge. */
class PurgeAfterDropTest {
  private static final RetentionConfig ARCHIVED =
      RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30).withArchive("archive"));
  private static final MaintenanceConfig CONFIG = Passes.CONFIG.with(ARCHIVED);
  private static final String OLD = "\"k\": \"secret\", \"timestamp\": \"2026-10-01T00:00:00Z\"";
  private static final String NEW = "\"k\": \"plain\", \"timestamp\": \"2026-11-30T00:00:00Z\"";

  @TempDir Path root;

  private void drop(RecordingDisk disk) throws Exception {
    new DatasetDrop(
            disk, new CacheDirectory(disk, root), CONFIG, InstantSource.fixed(Passes.START), "test")
        .run(Appends.DATASET, true, false);
  }

  private PurgeReport purge(boolean apply) throws Exception {
    LocalDisk disk = new LocalDisk();
    CacheDirectory cache = new CacheDirectory(disk, root);
    return new CachePurge(disk, cache, CONFIG, InstantSource.fixed(Passes.START), "test")
        .run(
            Appends.DATASET,
            cache.partitions(Appends.DATASET),
            Condition.parse("k = 'secret'"),
            new PurgeOptions(apply, true, true));
  }

  @Test
  void whatAnInterruptedDropHasLeftGoesAndADryRunNamesIt() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, ARCHIVED);
    cache.append(OLD);
    cache.appendToDataset(Appends.DATASET + "-2", OLD); // its name begins alike
    RecordingDisk dying = new RecordingDisk();
    dying.failWith(
        call -> {
          if (call.kind() == Kind.DELETE && call.path().toString().contains("/.removing-")) {
            throw new Killed();
          }
        });
    try {
      drop(dying);
    } catch (Killed e) {
      assertThat(RawText.filesWith(root, "secret")).anyMatch(f -> f.toString().contains("remov"));
    }
    cache.append(NEW);
    Map<String, String> before = Listing.of(root);

    PurgeReport dry = purge(false);

    assertThat(dry.gone()).singleElement().asString().contains("/datasets/.removing-messages-");
    assertThat(Listing.of(root)).isEqualTo(before);

    PurgeReport report = purge(true);

    assertThat(report.gone()).isEmpty();
    assertThat(RawText.filesWith(root, "secret"))
        .isNotEmpty()
        .allMatch(file -> file.startsWith("datasets/messages-2"));
  }

  @Test
  void archivesOfPartitionsThatWereDroppedAreNamed() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, ARCHIVED);
    cache.append(OLD);
    cache.appendTo("other", OLD);
    cache.pass();
    assertThat(cache.keys()).isEmpty();
    drop(new RecordingDisk());
    cache.append(NEW);

    PurgeReport report = purge(true);

    Path left = root.resolve("archive/messages/source=other");
    assertThat(report.gone()).containsExactly(left);
    assertThat(RawText.filesWith(root, "secret"))
        .isNotEmpty()
        .allMatch(file -> root.resolve(file).startsWith(left));
  }

  /** Its columns come in another order, so that each has another field id. */
  @Test
  void archivesOfADatasetThatWasMadeAnewAreAskedByTheNamesOfTheirColumns() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, ARCHIVED);
    cache.append(OLD, OLD.replace("secret", "other"));
    cache.pass();
    drop(new RecordingDisk());
    cache.append("\"timestamp\": \"2026-11-30T00:00:00Z\", \"n\": 1, \"k\": \"plain\"");
    assertThat(RawText.filesWith(root, "secret")).hasSize(1);

    PurgeReport dry = purge(false);
    assertThat(dry.partitions().get(0).before().orElseThrow().findings())
        .singleElement()
        .extracting(PurgeFinding::place, PurgeFinding::matching, PurgeFinding::rows)
        .containsExactly(PurgeFinding.Place.ARCHIVE, 1L, 2L);
    PurgeReport report = purge(true);

    assertThat(report.partitions().get(0).outcome()).isEqualTo(PurgedPartition.Outcome.PURGED);
    assertThat(RawText.filesWith(root, "secret")).isEmpty();
    assertThat(ArchivedKeys.below(root.resolve("archive"))).containsExactly("other");
    assertThat(cache.keys()).containsExactly("plain");
  }

  @Test
  void archiveInWhichTheIdHasAnotherNameIsInDoubtWhereItMatches() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, ARCHIVED);
    cache.append(OLD.replace("\"k\"", "\"label\""));
    cache.pass();
    drop(new RecordingDisk());
    cache.append(NEW);

    PurgeReport report = purge(true);

    assertThat(report.partitions().get(0).outcome()).isEqualTo(PurgedPartition.Outcome.LEFT);
    assertThat(report.partitions().get(0).after().orElseThrow().findings())
        .singleElement()
        .extracting(PurgeFinding::trouble)
        .isEqualTo("k is called label there, or that is another column");
    assertThat(RawText.filesWith(root, "secret")).hasSize(1);
  }

  @Test
  void archiveWhoseColumnCannotBeAskedIsInDoubt() throws Exception {
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, ARCHIVED);
    cache.append("\"n\": 1, \"k\": 7, \"timestamp\": \"2026-10-01T00:00:00Z\"");
    cache.pass();
    drop(new RecordingDisk());
    cache.append(NEW);

    PurgeReport report = purge(true);

    assertThat(report.partitions().get(0).outcome()).isEqualTo(PurgedPartition.Outcome.LEFT);
    assertThat(report.partitions().get(0).after().orElseThrow().findings())
        .singleElement()
        .extracting(PurgeFinding::trouble)
        .asString()
        .contains("columns of which the condition can be asked");
  }
}
