package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DeletedRows;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.repair.MendReport.Kind;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairOptions;
import dev.firn.maintenance.repair.RepairedPartition;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import dev.firn.maintenance.repair.Repairs;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged data file is left out, kept, and named; every other row stays. */
class QuarantineTest {
  private static final String PARTITION = DamageCaches.PARTITION;
  private static final RepairOptions FULL =
      new RepairOptions(true, Optional.empty(), true, true, false);
  private static final RepairOptions ACCEPT_LOSS =
      new RepairOptions(true, Optional.empty(), false, true, true);

  @TempDir Path directory;
  private final LocalDisk disk = new LocalDisk();
  private int copies;

  private Path appended() throws IOException {
    return DamageCaches.appended(directory);
  }

  private RepairedPartition repair(Path root, RepairOptions options) throws IOException {
    return Repairs.run(disk, root, options).partitions().get(0);
  }

  @Test
  void tornDataFileIsLeftOutAndKeptAndNamed() throws IOException {
    Path root = appended();
    List<String> keys = keysWithHeld(root);
    Path torn = dataFile(root, "1-");
    cut(torn);
    byte[] bytes = Files.readAllBytes(torn);
    Map<String, String> before = Listing.of(root);

    RepairedPartition dry = repair(root, RepairOptions.dryRun());

    assertThat(dry.outcome()).isEqualTo(Outcome.PROPOSED);
    assertThat(dry.mends())
        .anyMatch(
            m ->
                m.kind() == Kind.DATA_FILE
                    && m.status() == Status.WOULD
                    && m.rows().orElse(0) == 2);
    assertThat(Listing.of(root)).isEqualTo(before);

    RepairedPartition mended = repair(root, RepairOptions.provable());

    assertThat(mended.outcome()).as("%s", mended).isEqualTo(Outcome.MENDED);
    keys.removeIf(key -> key.startsWith("three/"));
    assertThat(Appends.keys(disk, root)).isEqualTo(keys).hasSize(DamageCaches.ROWS - 2);
    Path kept = root.resolve(PARTITION + "/.quarantine/table-1/" + name(torn));
    assertThat(kept).hasBinaryContent(bytes);
    GenerationProof proof = Appends.live(disk, root).generation().proof().orElseThrow();
    assertThat(proof.dropped().count(DropReason.QUARANTINED)).isEqualTo(2);
    assertThat(proof.rowsIn()).isEqualTo(proof.rowsOut() + 2);
    requireNamed(root, "2 rows are withheld with table-1/" + name(torn));
    assertThat(repair(root, FULL).outcome()).isEqualTo(Outcome.SOUND);
  }

  /** In the status and by a check, and nothing else is; still so after compaction and sweep. */
  private void requireNamed(Path root, String sentence) throws IOException {
    Passes passes = new Passes(disk, root);
    for (int pass = 0; pass < 3; pass++) {
      PartitionStatus status =
          new StatusCollector(
                  disk, new CacheDirectory(disk, root), Passes.CONFIG, () -> passes.now())
              .collect(List.of())
              .partitions()
              .get(0);
      assertThat(status.needsAttention()).isTrue();
      assertThat(status.notes()).singleElement().asString().contains(sentence);
      List<String> trouble = Verifies.trouble(Verifies.full(disk, root));
      // The superseded generation still has the file, until it is swept.
      assertThat(trouble).allMatch(found -> found.startsWith("warning "));
      assertThat(trouble)
          .filteredOn(found -> found.contains(PARTITION + "/.quarantine/"))
          .singleElement()
          .asString()
          .contains(sentence);
      passes.forced();
      passes.advance(Duration.ofDays(3));
    }
    try (Stream<Path> entries = Files.list(root.resolve(PARTITION))) {
      assertThat(entries.filter(e -> name(e).startsWith("table"))).hasSize(1);
    }
  }

  @Test
  void tornLandedFileIsLeftOutAndTheOthersArePublished() throws IOException {
    Path root = appended();
    List<String> keys = keysWithHeld(root);
    Path torn = dataFile(root, "3-");
    Files.write(torn, "PAR1 and not much more, then PAR1".getBytes());

    RepairedPartition mended = repair(root, RepairOptions.provable());

    assertThat(mended.outcome()).as("%s", mended).isEqualTo(Outcome.MENDED);
    keys.removeIf(key -> key.startsWith("five/"));
    assertThat(Appends.keys(disk, root)).isEqualTo(keys);
    assertThat(torn).exists();
    assertThat(Appends.live(disk, root).generation().unpublished()).isEmpty();
    try (Cache cache = Appends.open(root)) {
      new Appends().append(cache, "eight");
    }
    assertThat(Appends.keys(disk, root)).hasSize(keys.size() + 2);
    requireNamed(root, "an unknown number of rows are withheld with table-1/" + name(torn));
  }

  @Test
  void writersThatKnowATornFileAsTheirOwnGoOnWithoutItAsWell() throws IOException {
    Path root = appended();
    try (Cache one = Appends.open(root);
        Cache other = Appends.open(root)) {
      new Appends().append(one, "eight");
      new Appends().append(other, "nine");
      new Appends().append(one, "ten"); // it has seen the file with nine, and read nothing of it
      List<String> keys = Appends.keys(disk, root);
      try (Cache third = Appends.open(root)) {
        new Appends().append(third, "eleven");
      }
      cut(Appends.live(disk, root).generation().paths().data().resolve(landed(root, "nine")));
      assertThat(repair(root, RepairOptions.provable()).outcome()).isEqualTo(Outcome.MENDED);

      one.publish();
      other.publish();
      new Appends().append(one, "twelve");
      new Appends().append(other, "thirteen");

      keys.removeIf(key -> key.startsWith("nine/"));
      assertThat(Appends.keys(disk, root)).containsAll(keys).hasSize(keys.size() + 6);
    }
  }

  /** The name of the file in which an exchange has landed. */
  private static String landed(Path root, String id) throws IOException {
    Path data = Appends.live(new LocalDisk(), root).generation().paths().data();
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        if (ArchivedKeys.in(file).contains(id + "/0")) {
          return name(file);
        }
      }
    }
    throw new AssertionError(id);
  }

  @Test
  void damagedPageIsFoundByDecodingOnly() throws IOException {
    Path root = appended();
    List<String> keys = keysWithHeld(root);
    Path damaged = dataFile(root, "rewritten-");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[100] ^= 0x10; // in the first page
    Files.write(damaged, bytes);

    assertThat(
            repair(DamageCaches.copy(root, directory.resolve("quick")), RepairOptions.dryRun())
                .mends())
        .noneMatch(mend -> mend.kind() == Kind.DATA_FILE);
    RepairedPartition mended = repair(root, FULL);

    assertThat(mended.outcome()).as("%s", mended).isEqualTo(Outcome.MENDED);
    keys.removeIf(key -> List.of("one", "two", "given").contains(key.split("/", 2)[0]));
    assertThat(Appends.keys(disk, root)).isEqualTo(keys);
    requireNamed(root, "61 rows are withheld with table-1/" + name(damaged));
  }

  @Test
  void fileThatARewriteCouldNotReadIsFoundWithoutDecodingAll() throws IOException {
    Path root = appended();
    Path damaged = dataFile(root, "1-");
    byte[] bytes = Files.readAllBytes(damaged);
    Arrays.fill(bytes, 10, 60, (byte) 0);
    Files.write(damaged, bytes);
    new Passes(disk, root).forced();
    assertThat(Appends.live(disk, root).generation().name().format()).isEqualTo("table-2");

    RepairedPartition mended = repair(root, RepairOptions.provable());

    assertThat(mended.outcome()).as("%s", mended).isEqualTo(Outcome.MENDED);
    assertThat(Appends.keys(disk, root)).hasSize(DamageCaches.ROWS - 2);
    requireNamed(root, "2 rows are withheld with table-2/appended-");
  }

  @Test
  void missingDataFileIsLeftOutOnlyWhereTheLossIsAccepted() throws IOException {
    Path root = appended();
    List<String> keys = keysWithHeld(root);
    repair(root, RepairOptions.provable()); // nothing waits any more
    Path missing = dataFile(root, "1-");
    Files.delete(missing);
    Map<String, String> before = Listing.of(root);

    RepairedPartition open = repair(root, RepairOptions.provable());

    assertThat(open.outcome()).isEqualTo(Outcome.LEFT);
    assertThat(open.mends())
        .anyMatch(m -> m.status() == Status.LEFT && m.action().contains("--accept-loss"));
    assertThat(Listing.of(root)).isEqualTo(before);

    RepairedPartition mended = repair(root, ACCEPT_LOSS);

    assertThat(mended.outcome()).as("%s", mended).isEqualTo(Outcome.MENDED);
    keys.removeIf(key -> key.startsWith("three/"));
    assertThat(Appends.keys(disk, root)).isEqualTo(keys);
    requireNamed(root, "2 rows are lost with table-1/" + name(missing));
  }

  @Test
  void deletesOfTheOtherFilesStayInForce() throws IOException {
    Path root = DamageCaches.withVectors(directory);
    CacheDirectory cache = new CacheDirectory(disk, root);
    Live live = (Live) new PartitionInspector(disk).inspect(cache.partitions().get(0));
    List<String> rows = CacheRows.read(disk, live);
    FileScanTask damaged =
        live.generation().liveFiles().stream()
            .filter(task -> !task.deletes().isEmpty() && task.file().recordCount() > 1)
            .findFirst()
            .orElseThrow();
    long hidden = new DeletedRows(live.generation()).liveRows(damaged);
    cut(live.generation().io().resolve(damaged.file().location()));

    RepairedPartition mended = repair(root, RepairOptions.provable());

    assertThat(mended.outcome()).as("%s", mended).isEqualTo(Outcome.MENDED);
    Live after = (Live) new PartitionInspector(disk).inspect(cache.partitions().get(0));
    List<String> found = CacheRows.read(disk, after);
    assertThat(found).hasSize((int) (rows.size() - hidden));
    for (String row : found) {
      assertThat(rows.remove(row)).isTrue();
    }
    assertThat(after.generation().proof().orElseThrow().dropped().count(DropReason.QUARANTINED))
        .isEqualTo(damaged.file().recordCount());
    try (Stream<Path> records = Files.walk(after.partition().directory().resolve(".quarantine"))) {
      Path entry = records.filter(p -> name(p).endsWith(".json")).findFirst().orElseThrow();
      assertThat(Files.readString(entry)).contains(damaged.deletes().get(0).location());
    }
  }

  @Test
  void tableWithATagIsNotSwappedSinceThatWouldBeLost() throws IOException {
    Path root = appended();
    repair(root, RepairOptions.provable()); // nothing waits any more
    Table table = Appends.live(disk, root).generation().table();
    table.manageSnapshots().createTag("kept", table.currentSnapshot().snapshotId()).commit();
    cut(dataFile(root, "1-"));
    Map<String, String> before = Listing.of(root);

    RepairedPartition left = repair(root, RepairOptions.provable());

    assertThat(left.outcome()).isEqualTo(Outcome.LEFT);
    assertThat(left.mends()).anyMatch(m -> m.action().contains("branches or tags"));
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void diskThatRefusesToReadIsNoReasonToLeaveAFileOut() throws IOException {
    Path root = appended();
    Path file = dataFile(root, "1-");
    RecordingDisk refusing = new RecordingDisk();
    refusing.failWith(
        call -> {
          if (call.path().equals(file) && call.kind() == RecordingDisk.Kind.OPEN) {
            throw new IOException("Input/output error");
          }
        });

    RepairedPartition partition =
        Repairs.run(refusing, root, RepairOptions.provable()).partitions().get(0);

    assertThat(partition.mends()).noneMatch(mend -> mend.kind() == Kind.DATA_FILE);
    assertThat(root.resolve(PARTITION + "/.quarantine")).doesNotExist();
    assertThat(Appends.keys(disk, root)).hasSize(DamageCaches.ROWS);
  }

  @Test
  void killedAtAnyStepOfLeavingAFileOutTheOthersAreThere() throws Exception {
    explore("1-", false);
  }

  @Test
  void afterAPowerCutAtAnyStepOfLeavingALandedFileOutTheOthersAreThere() throws Exception {
    explore("3-", true);
  }

  private void explore(String torn, boolean power) throws Exception {
    Path template = appended();
    Path sound = DamageCaches.copy(template, directory.resolve("sound"));
    List<String> keys = keysWithHeld(sound);
    keys.removeIf(key -> key.startsWith(torn.equals("1-") ? "three/" : "five/"));
    List<String> withoutHeld = new ArrayList<>(keys);
    withoutHeld.removeIf(key -> key.startsWith("seven/"));
    int done = 0;
    long step = 0;
    int stride = Boolean.getBoolean("firn.soak") ? 1 : 7;
    for (; done == 0; step += stride) {
      Path root = DamageCaches.copy(template, directory.resolve("copy" + copies++));
      cut(dataFile(root, torn));
      RecordingDisk dying = new RecordingDisk();
      if (power) {
        dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + copies)));
      }
      dying.killAfter(step);
      try {
        Repairs.apply(dying, root);
        done++;
      } catch (Killed e) {
        if (power) {
          dying.losePower();
        }
      }
      Optional<List<String>> found = readable(root);
      if (found.isPresent()) {
        assertThat(found.get()).as("after step %s", step).isIn(keys, withoutHeld);
      }
      RepairedPartition again = repair(root, RepairOptions.provable());
      assertThat(again.outcome()).as("%s", again).isIn(Outcome.MENDED, Outcome.SOUND);
      assertThat(Appends.keys(disk, root)).as("after step %s", step).isEqualTo(keys);
      assertThat(Verifies.trouble(Verifies.quick(disk, root)))
          .as("step %s", step)
          .isNotEmpty()
          .allMatch(line -> line.startsWith("warning "));
    }
    System.out.println("quarantine: cut after each of " + step + " steps, by " + stride);
    assertThat(step).isGreaterThan(30);
  }

  private Optional<List<String>> readable(Path root) {
    try {
      return Optional.of(Appends.keys(disk, root));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The keys of all rows, those that are held as well. */
  private List<String> keysWithHeld(Path root) throws IOException {
    List<String> keys = new ArrayList<>(Appends.keys(disk, root));
    for (int i = 0; i < 5; i++) {
      if (!keys.contains("seven/" + i)) {
        keys.add("seven/" + i);
      }
    }
    keys.sort(null);
    assertThat(keys).hasSize(DamageCaches.ROWS);
    return keys;
  }

  private static Path dataFile(Path root, String beginning) throws IOException {
    Path generation = root.resolve(PARTITION + "/table-1/data");
    try (Stream<Path> files = Files.list(generation)) {
      return files.filter(f -> name(f).startsWith(beginning)).findFirst().orElseThrow();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
  }
}
