package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.repair.MendReport;
import dev.firn.maintenance.repair.MendReport.Kind;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairReport;
import dev.firn.maintenance.repair.RepairedPartition;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import dev.firn.maintenance.repair.Repairs;
import dev.firn.maintenance.verify.Verifies;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage of every kind that can be mended, mended: every row is there as before. */
class RepairTest {
  private static final String PARTITION = DamageCaches.PARTITION;

  @TempDir Path directory;
  private final LocalDisk disk = new LocalDisk();

  private interface Damage {
    void to(Path partition) throws IOException;
  }

  private static Map<String, Damage> mendable() {
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put("a cursor that is missing", p -> Files.delete(cursor(p)));
    damages.put("a cursor that is empty", p -> Files.write(cursor(p), new byte[0]));
    damages.put("a cursor of zeros", p -> Files.write(cursor(p), new byte[200]));
    damages.put("a cursor that is cut", p -> cut(cursor(p)));
    damages.put(
        "a cursor with a wrong checksum",
        p ->
            Files.writeString(
                cursor(p), Files.readString(cursor(p)).replace("crc32c:", "crc32c:0")));
    damages.put(
        "a cursor that is older than the swap",
        p -> Files.writeString(cursor(p), "{\"layout\":\"source-table\",\"tableDir\":\"table\"}"));
    damages.put(
        "a cursor that is a directory",
        p -> {
          Files.delete(cursor(p));
          Files.createDirectory(cursor(p));
        });
    damages.put(
        "a cursor that is a symbolic link",
        p -> {
          Files.delete(cursor(p));
          Files.createSymbolicLink(cursor(p), p.resolve("elsewhere.json"));
        });
    damages.put("a version hint that is missing", p -> Files.delete(hint(p)));
    damages.put("a version hint that is garbled", p -> Files.writeString(hint(p), "seven"));
    damages.put("a version hint that names another", p -> Files.writeString(hint(p), "99"));
    damages.put("newest metadata that is cut", p -> cut(newestMetadata(p)));
    damages.put("newest metadata that is empty", p -> Files.write(newestMetadata(p), new byte[0]));
    damages.put(
        "newest metadata of zeros",
        p -> Files.write(newestMetadata(p), new byte[(int) Files.size(newestMetadata(p))]));
    damages.put(
        "a cursor that is missing beside newest metadata that is cut",
        p -> {
          Files.delete(cursor(p));
          cut(newestMetadata(p));
        });
    return damages;
  }

  @Test
  void cursorsThatAnotherProgramToreAreMendedAndEveryRowIsThere() throws IOException {
    Path root = FieldCaches.unpack("corrupt-cursor", directory);
    RepairReport report = Repairs.apply(disk, root);
    assertThat(report.partitions())
        .extracting(RepairedPartition::outcome)
        .containsExactlyInAnyOrder(Outcome.MENDED, Outcome.MENDED, Outcome.SOUND, Outcome.SOUND);
    assertThat(CacheRows.read(disk, root))
        .isEqualTo(RowMeaning.parse(FieldCaches.rowLines("corrupt-cursor")));
  }

  @Test
  void whatIsDamagedIsMendedAndEveryRowIsThere() throws IOException {
    Path template = DamageCaches.appended(directory);
    Path sound = DamageCaches.copy(template, directory.resolve("sound"));
    assertThat(Repairs.apply(disk, sound).partitions().get(0).outcome()).isEqualTo(Outcome.MENDED);
    Map<String, List<String>> rows = CacheRows.read(disk, sound);
    assertThat(rows.get(PARTITION)).hasSize(DamageCaches.ROWS);
    for (Map.Entry<String, Damage> damage : mendable().entrySet()) {
      Path root = DamageCaches.copy(template, Files.createTempDirectory(directory, "damaged"));
      damage.getValue().to(root.resolve(PARTITION));
      requireMended(damage.getKey(), root, rows);
    }
  }

  private void requireMended(String damage, Path root, Map<String, List<String>> rows)
      throws IOException {
    Map<String, String> before = Listing.of(root);
    RecordingDisk recording = new RecordingDisk();

    RepairReport dry = Repairs.dry(recording, root);

    assertThat(recording.changes()).as(damage).isEmpty();
    assertThat(Listing.of(root)).as(damage).isEqualTo(before);
    assertThat(dry.partitions()).as(damage).singleElement();
    assertThat(dry.partitions().get(0).outcome()).as(damage).isEqualTo(Outcome.PROPOSED);
    assertThat(dry.partitions().get(0).mends())
        .as(damage)
        .anyMatch(mend -> mend.status() == Status.WOULD && mend.kind() != Kind.APPENDS);

    RepairReport report = Repairs.apply(disk, root);

    RepairedPartition partition = report.partitions().get(0);
    assertThat(partition.outcome()).as("%s: %s", damage, report).isEqualTo(Outcome.MENDED);
    assertThat(partition.rowsAfter()).as(damage).isEqualTo(DamageCaches.ROWS);
    assertThat(CacheRows.read(disk, root)).as(damage).isEqualTo(rows);
    assertThat(Verifies.trouble(Verifies.full(disk, root))).as(damage).isEmpty();
    assertThat(Repairs.apply(disk, root).partitions().get(0).outcome()).isEqualTo(Outcome.SOUND);
    requireOriginalsKept(damage, root, before, partition);
  }

  /** What was replaced is in the copies, byte for byte; no data file has gone. */
  private static void requireOriginalsKept(
      String damage, Path root, Map<String, String> before, RepairedPartition partition)
      throws IOException {
    Map<String, String> after = Listing.of(root);
    assertThat(before.keySet())
        .filteredOn(path -> path.contains("/data/") && !path.startsWith("held/"))
        .as(damage)
        .allMatch(after::containsKey);
    for (MendReport mend : partition.mends()) {
      String path = mend.path();
      if (mend.kind() != Kind.APPENDS && before.containsKey(path)) {
        String copy = after.get(partition.copies().orElseThrow() + "/" + path);
        assertThat(content(copy))
            .as("%s: copy of %s", damage, path)
            .isNotEmpty()
            .isEqualTo(content(before.get(path)));
      }
    }
  }

  /** Without the time of its last modification. */
  private static String content(String listed) {
    return listed == null ? "" : listed.substring(0, listed.lastIndexOf(' '));
  }

  @Test
  void everyFieldCacheGetsItsCursorsBack() throws IOException {
    for (String name :
        List.of("source-table-compacted", "epoch-legacy", "with-deletes", "crashed-compaction")) {
      Path root = FieldCaches.unpack(name, directory);
      Map<String, List<String>> rows = CacheRows.read(disk, root);
      for (Partition partition : new dev.firn.core.layout.CacheDirectory(disk, root).partitions()) {
        Files.delete(partition.cursorFile());
      }

      RepairReport report = Repairs.apply(disk, root);

      for (RepairedPartition partition : report.partitions()) {
        boolean twoUnmarked =
            name.equals("crashed-compaction")
                && partition.partition().dataset().equals("ai_gateway_messages");
        assertThat(partition.outcome())
            .as("%s: %s", name, partition)
            .isIn(twoUnmarked ? List.of(Outcome.MENDED, Outcome.LEFT) : List.of(Outcome.MENDED));
      }
      if (report.count(Outcome.LEFT) == 0) {
        assertThat(CacheRows.read(disk, root)).as(name).isEqualTo(rows);
      }
    }
  }

  @Test
  void leaseOfSomebodyElseIsRespectedAndItsOwnerNamed() throws IOException {
    Path root = DamageCaches.appended(directory);
    Path partition = root.resolve(PARTITION);
    Files.delete(cursor(partition));
    Map<String, String> before = Listing.of(partition);
    try (HeldLock lease = new PartitionLocks(disk, "a rewrite").takeLease(partition, Repairs.NOW)) {
      RepairReport report = Repairs.apply(disk, root);

      assertThat(report.partitions().get(0).outcome()).isEqualTo(Outcome.HELD);
      assertThat(report.partitions().get(0).reason()).contains("a rewrite");
      lease.requireValid();
    }
    assertThat(cursor(partition)).doesNotExist();
    assertThat(before).doesNotContainKey("cursor.json");
  }

  @Test
  void whatIsWorseAfterIsPutBack() throws IOException {
    Path template = DamageCaches.appended(directory);
    for (String damage :
        List.of(
            "a cursor that is missing",
            "a cursor that is cut",
            "a cursor that is a directory",
            "newest metadata that is cut",
            "a version hint that is garbled")) {
      Path root = DamageCaches.copy(template, Files.createTempDirectory(directory, "worse"));
      Path partition = root.resolve(PARTITION);
      Objects.requireNonNull(mendable().get(damage)).to(partition);
      Map<String, String> before = contents(partition);
      RecordingDisk failing = new RecordingDisk();
      boolean[] mended = {false};
      failing.failWith(
          call -> {
            boolean writes =
                call.kind() == RecordingDisk.Kind.RENAME || call.kind() == RecordingDisk.Kind.LINK;
            boolean names =
                call.path().equals(cursor(partition)) || call.path().equals(hint(partition));
            mended[0] |= writes && names;
            if (mended[0]
                && call.kind() == RecordingDisk.Kind.OPEN
                && name(call.path()).endsWith(".parquet")) {
              throw new IOException("Input/output error");
            }
          });

      RepairedPartition undone = Repairs.apply(failing, root).partitions().get(0);

      assertThat(mended[0]).as(damage).isTrue();
      assertThat(undone.outcome()).as("%s: %s", damage, undone).isEqualTo(Outcome.UNDONE);
      assertThat(undone.reason()).contains("it was worse after", "everything was put back");
      assertThat(undone.mends()).as(damage).allMatch(mend -> mend.status() == Status.FAILED);
      assertThat(contents(partition)).as(damage).isEqualTo(before);
      assertThat(Repairs.apply(disk, root).partitions().get(0).outcome())
          .as(damage)
          .isEqualTo(Outcome.MENDED);
    }
  }

  /** All but locks, without times. */
  private static Map<String, String> contents(Path partition) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    Listing.of(partition, path -> !path.matches("[.](maintain|commit)[.].*"))
        .forEach((path, listed) -> contents.put(path, content(listed)));
    return contents;
  }

  @Test
  void cursorOfANewerFirnIsNeverTouched() throws IOException {
    Path root = DamageCaches.appended(directory);
    Files.writeString(cursor(root.resolve(PARTITION)), "{\"version\": 2, \"checksum\": \"x\"}");
    Map<String, String> before = Listing.of(root);

    RepairReport report = Repairs.apply(disk, root);

    assertThat(report.partitions().get(0).outcome()).isEqualTo(Outcome.LEFT);
    assertThat(report.partitions().get(0).reason()).contains("newer firn");
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void numbersThatWereUsedAreNeverUsedAgain() throws IOException {
    Path root = DamageCaches.appended(directory);
    Path partition = root.resolve(PARTITION);
    Files.createDirectories(
        partition.resolve(".building-table-8-0f5bdd3a-7b5c-4a53-9a4b-0d6a5c1f8a11"));
    Files.delete(cursor(partition));

    Repairs.apply(disk, root);

    assertThat(Appends.live(disk, root).cursor().cursor().highestNumber()).isEqualTo(8);
  }

  @Test
  void tornMetadataIsNotSteppedBackFromWhereItDidMoreThanPublish() throws IOException {
    // One commit published the first exchange and made the column that the second one has.
    Path root = directory.resolve("evolved");
    Appends appends = new Appends();
    Cache cache = Appends.open(root); // never closed: the second one stays unpublished
    appends.append(cache, "one");
    appends.append(cache, "two", ", \"extra\": 1");
    assertThat(appends.acknowledged()).isEqualTo(2);
    assertThat(Appends.live(disk, root).generation().published()).isEqualTo(1);
    cut(newestMetadata(root.resolve(PARTITION)));
    Map<String, String> before = Listing.of(root);

    RepairReport report = Repairs.apply(disk, root);

    MendReport mend = report.partitions().get(0).mends().get(0);
    assertThat(mend.kind()).isEqualTo(Kind.METADATA);
    assertThat(mend.status()).isEqualTo(Status.LEFT);
    assertThat(mend.action()).contains("has column extra").contains("--generation table");
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void tornMetadataIsNotSteppedBackFromWhereAnotherProgramCommitted() throws IOException {
    Map<String, ForeignCommit> commits = new LinkedHashMap<>();
    commits.put("it left out", table -> table.newDelete().deleteFile(anyFile(table)).commit());
    commits.put(
        "no landed file that is still there",
        table -> table.newAppend().appendFile(renamed(table)).commit());
    commits.put(
        "is not there, or is an older one's",
        table -> table.updateSchema().addColumn("other", Types.LongType.get()).commit());
    for (Map.Entry<String, ForeignCommit> commit : commits.entrySet()) {
      Path root = Files.createTempDirectory(directory, "foreign");
      try (Cache cache = Appends.open(root)) {
        append(cache, "one", 3);
        cache.publish();
        append(cache, "two", 3);
      }
      commit.getValue().to(Appends.live(disk, root).generation().table());
      cut(newestMetadata(root.resolve(PARTITION)));
      Map<String, String> before = Listing.of(root);

      MendReport mend = Repairs.apply(disk, root).partitions().get(0).mends().get(0);

      assertThat(mend.status()).as("%s", mend).isEqualTo(Status.LEFT);
      assertThat(mend.action()).contains(commit.getKey());
      assertThat(Listing.of(root)).isEqualTo(before);
    }
  }

  private interface ForeignCommit {
    void to(Table table) throws IOException;
  }

  private static DataFile anyFile(Table table) throws IOException {
    try (CloseableIterable<FileScanTask> files = table.newScan().planFiles()) {
      return files.iterator().next().file();
    }
  }

  private static DataFile renamed(Table table) throws IOException {
    DataFile file = anyFile(table);
    return DataFiles.builder(table.spec())
        .copy(file)
        .withPath(table.location() + "/data/elsewhere.parquet")
        .build();
  }

  @Test
  void forkNeedsAChoiceAndWhatWasNotChosenIsKept() throws IOException {
    for (String choice : List.of("table", "table-1")) {
      Path root = fork(Files.createTempDirectory(directory, "fork"));
      Path partition = root.resolve(PARTITION);
      Map<String, String> before = Listing.of(root);

      RepairedPartition open = Repairs.apply(disk, root).partitions().get(0);

      assertThat(open.outcome()).as("%s", open).isEqualTo(Outcome.LEFT);
      assertThat(open.unreadable()).isTrue();
      assertThat(open.mends().get(0).candidates()).hasSize(2);
      assertThat(open.mends().get(0).candidates())
          .extracting(c -> c.generation() + " " + c.rows().orElse(-1))
          .containsExactly("table 6", "table-1 7");
      assertThat(Listing.of(root)).isEqualTo(before);

      RepairedPartition chosen = Repairs.choose(disk, root, choice).partitions().get(0);

      assertThat(chosen.outcome()).as("%s", chosen).isEqualTo(Outcome.MENDED);
      assertThat(Appends.keys(disk, root)).hasSize(choice.equals("table") ? 6 : 7);
      assertThat(Verifies.quick(disk, root).partitions().get(0).findings())
          .noneMatch(f -> f.severity() == dev.firn.maintenance.verify.Severity.DAMAGE);
      boolean aside = choice.equals("table");
      assertThat(Files.exists(partition.resolve("table-1"))).isEqualTo(!aside);
      if (aside) {
        assertThat(root.resolve(chosen.copies().orElseThrow()).resolve(PARTITION + "/table-1"))
            .isDirectoryContaining("glob:**/data");
      }
    }
  }

  /** Rows came to a rewrite and, by an old cursor, to its parent too. */
  private Path fork(Path root) throws IOException {
    try (Cache cache = Appends.open(root)) {
      append(cache, "one", 3);
      append(cache, "two", 1);
    }
    byte[] old = Files.readAllBytes(cursor(root.resolve(PARTITION)));
    new Passes(disk, root).forced();
    try (Cache cache = Appends.open(root)) {
      append(cache, "three", 3);
    }
    Files.move(root.resolve(PARTITION + "/table-1"), root.resolve("aside"));
    Files.delete(root.resolve(PARTITION + "/table/.retired"));
    Files.write(cursor(root.resolve(PARTITION)), old);
    try (Cache cache = Appends.open(root)) {
      append(cache, "four", 2);
    }
    Files.move(root.resolve("aside"), root.resolve(PARTITION + "/table-1"));
    return root;
  }

  private static void append(Cache cache, String id, int rows) throws IOException {
    try {
      Appends.writer(cache).append(Appends.exchange(id, rows));
    } catch (dev.firn.core.rows.NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  private static Path cursor(Path partition) {
    return partition.resolve("cursor.json");
  }

  private static Path hint(Path partition) {
    return partition.resolve("table-1/metadata/version-hint.text");
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static Path newestMetadata(Path partition) throws IOException {
    Path generation = partition.resolve("table-1");
    Path live = Files.exists(generation) ? generation : partition.resolve("table");
    try (Stream<Path> files = Files.list(live.resolve("metadata"))) {
      return files
          .filter(file -> MetadataVersions.parse(name(file)).isPresent())
          .max(Comparator.comparing(file -> MetadataVersions.parse(name(file)).orElseThrow()))
          .orElseThrow();
    }
  }
}
