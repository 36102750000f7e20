package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.Housekeeping;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class JournalTest {
  private static final String JOURNAL = "maintenance/journal";

  @TempDir Path directory;
  private Path root;
  private final RecordingDisk disk = new RecordingDisk();
  private final Appends book = new Appends();

  @BeforeEach
  void name() {
    root = directory.resolve("cache");
  }

  private Passes passes(RecordingDisk on) {
    Passes passes = new Passes(on, root);
    passes.configure(Passes.CONFIG.with(new Housekeeping(8, true)));
    return passes;
  }

  private void append(String... ids) throws IOException {
    try (Cache cache = Appends.open(disk, root)) {
      for (String id : ids) {
        book.append(cache, id);
      }
    }
  }

  /** The journal's rows as JSON, in the order in which they were written. */
  private List<String> journal() throws IOException {
    return CacheRows.read(disk, live());
  }

  private List<String> kinds() throws IOException {
    List<String> kinds = new ArrayList<>();
    for (String row : journal()) {
      kinds.add(row.replaceAll(".*\"kind\":\"([^\"]*)\".*", "$1"));
    }
    return kinds;
  }

  @Test
  void passWritesDownInOneExchangeWhatItDid() throws Exception {
    append("one", "two");
    Passes passes = passes(disk);
    passes.advance(Duration.ofNanos(387_671_525)); // as fine as clocks are

    passes.forced();

    assertThat(kinds()).containsExactlyInAnyOrder("pass", "swap");
    assertThat(live().generation().metadata().schema().findType("timestamp"))
        .isEqualTo(Types.TimestampType.withZone());
    assertThat(journal())
        .anySatisfy(
            row ->
                assertThat(row)
                    .contains("\"kind\":\"swap\"", Appends.PARTITION, "\"rows\":")
                    .contains("\"generation_before\":\"table\"", "\"command\":\"test\"")
                    .contains("\"generation_after\":\"table-1\""));
    assertThat(live().generation().liveFiles()).hasSize(1);
    passes.advance(Duration.ofHours(25));
    passes.standard();
    assertThat(kinds()).containsExactlyInAnyOrder("pass", "swap", "pass", "removal");
    assertThat(live().generation().liveFiles()).hasSize(2);
    book.requireIn(disk, root, "journalled");
  }

  private Live live() {
    return (Live) new PartitionInspector(disk).inspect(new CacheDirectory(disk, root).journal());
  }

  @Test
  void passThatChangesNothingAndADryRunWriteNothing() throws Exception {
    append("one", "two");
    passes(disk).dry();
    assertThat(root.resolve("maintenance")).doesNotExist();
    Passes passes = passes(disk);
    passes.forced();
    Map<String, String> before = withoutNotes(Listing.of(root));

    passes.standard();

    assertThat(withoutNotes(Listing.of(root))).isEqualTo(before);
  }

  /** Without what every pass notes of itself. */
  private static Map<String, String> withoutNotes(Map<String, String> listing) {
    listing.keySet().removeIf(p -> p.startsWith("maintenance") && !p.startsWith(JOURNAL));
    return listing;
  }

  @Test
  void journalIsCompactedWithoutWritingThatDownForEver() throws Exception {
    append("one", "two");
    Passes passes = passes(disk);
    for (int i = 0; i < 3; i++) {
      passes.forced();
      append("more " + i);
    }
    passes.run(Passes.options(false, true, Steps.ALL));
    int rows = journal().size();

    for (int i = 0; i < 4; i++) { // nothing is left but the journal's own files
      passes.run(
          new PassOptions(
              List.of(CacheDirectory.JOURNAL_DATASET),
              false,
              true,
              Steps.ALL,
              java.util.Optional.empty(),
              false,
              true));
    }

    assertThat(live().generation().liveFiles()).hasSize(1);
    assertThat(live().others()).isEmpty();
    assertThat(journal()).hasSize(rows);
  }

  @Test
  void diskThatIsTooFullForTheJournalFailsNoPass() throws Exception {
    append("one", "two");
    RecordingDisk full = new RecordingDisk();
    full.failWith(
        call -> {
          if (call.changes() && call.path().startsWith(root.resolve(JOURNAL))) {
            throw new IOException("No space left on device");
          }
        });

    PassReport report = passes(full).forced();

    assertThat(report.count(Outcome.COMPACTED)).isOne();
    assertThat(report.diskRefused()).isFalse();
    assertThat(report.kept())
        .anySatisfy(
            kept -> {
              assertThat(kept.path()).isEqualTo(JOURNAL);
              assertThat(kept.why()).contains("not journalled", "No space left on device");
            });
  }

  @Test
  void journalInDoubtIsLeftAloneAndNothingIsHeldForIt() throws Exception {
    append("one", "two");
    Passes passes = passes(disk);
    passes.forced();
    Path cursor = root.resolve(JOURNAL).resolve("cursor.json");
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    append("three");

    PassReport report = passes.forced();

    assertThat(Passes.of(report, Appends.PARTITION).outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(Passes.of(report, JOURNAL).outcome()).isEqualTo(Outcome.UNREADABLE);
    assertThat(root.resolve("held")).doesNotExist();
    Files.write(cursor, valid);
  }

  @Test
  void nobodyElseAppendsToTheJournal() {
    try (Cache cache = Appends.open(disk, root)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cache.writer(CacheDirectory.JOURNAL_DATASET, "x"))
          .withMessageContaining("says what maintenance did");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void journalIsADatasetOfOnePartitionWithoutKeys() throws Exception {
    CacheDirectory cache = new CacheDirectory(disk, root);
    assertThat(cache.datasets()).isEmpty();
    append("one", "two");
    Files.createDirectories(root.resolve("datasets/firn_maintenance/source=x/table"));
    assertThat(cache.datasets()).containsExactly("messages");
    passes(disk).forced();

    assertThat(cache.datasets()).containsExactly("firn_maintenance", "messages");
    assertThat(cache.partitions())
        .extracting(Partition::path)
        .containsExactly(JOURNAL, Appends.PARTITION);
    assertThat(cache.partitions().get(0).keys()).isEmpty();
  }

  @Test
  void killedWhileItIsWrittenTheNextPassGoesOn() throws Exception {
    append("one", "two");
    passes(disk).on(disk).forced();
    Path template = CutCaches.copy(root, directory.resolve("template"));
    long steps = 0;
    for (long step = 0; ; step += 3) {
      CutCaches.remove(root);
      CutCaches.copy(template, root);
      append("three");
      RecordingDisk dying = new RecordingDisk();
      dying.killAfter(step);
      try {
        passes(dying).forced();
        break;
      } catch (Killed e) {
        steps++;
      }
      passes(disk).forced();
      assertThat(CutCaches.trouble(disk, root)).as("after step %s", step).isEmpty();
      assertThat(kinds()).as("after step %s", step).contains("pass", "swap");
      book.requireIn(disk, root, "after step " + step);
    }
    assertThat(steps).isGreaterThan(20);
  }
}
