package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.generation.SameThread;
import dev.firn.core.read.RowReader;
import dev.firn.core.testing.RecordingDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataCleanupTest {
  private static final long LIMIT_BYTES = 2_000_000;

  private final Disk disk = new LocalDisk();
  private InstantSource clock = InstantSource.system();
  @TempDir Path root;

  @BeforeEach
  void create() throws Exception {
    publish(1);
  }

  @Test
  void metadataStaysSmallHoweverManyPublishesAMinuteSees() throws Exception {
    long peak = 0;
    try (Cache cache = open()) {
      for (int i = 0; i < (Boolean.getBoolean("firn.soak") ? 10_000 : 150); i++) {
        Appends.writer(cache).append(Appends.exchange("e" + i, 5, columns(i)));
        cache.publish();
        peak = Math.max(peak, metadataBytes());
      }
    }
    assertThat(peak).isLessThan(LIMIT_BYTES);
  }

  @Test
  void metadataStaysSmallThroughoutThousandsOfFilesThatNobodyCompacts() throws Exception {
    int files = Boolean.getBoolean("firn.soak") ? 10_000 : 6_000;
    long peak = 0;
    Random random = new Random(5);
    try (Cache cache = open()) {
      Appends.writer(cache).append(Appends.exchange("first", 5, columns(0)));
      cache.publish();
      for (int told = 0; told < files; told += 100) {
        addFiles(live().table(), 100, random);
        Appends.writer(cache).append(Appends.exchange("e" + told, 5, columns(told)));
        cache.publish();
        peak = Math.max(peak, metadataBytes());
      }
    }
    System.out.println(files + " files, at most " + peak + " bytes of metadata");
    assertThat(peak).isLessThan(files == 10_000 ? LIMIT_BYTES : 1_300_000);
  }

  /** Tells the table of files that are not there, as many appends would. */
  private static void addFiles(Table table, int count, Random random) {
    AppendFiles append =
        table
            .newAppend()
            .scanManifestsWith(SameThread.EXECUTOR)
            .writeManifestsWith(SameThread.EXECUTOR, 1);
    for (int i = 0; i < count; i++) {
      Map<Integer, Long> counts = new HashMap<>();
      Map<Integer, ByteBuffer> bounds = new HashMap<>();
      for (Types.NestedField field : table.schema().columns()) {
        counts.put(field.fieldId(), 5L);
        bounds.put(field.fieldId(), ByteBuffer.allocate(4).putInt(0, random.nextInt(100_000)));
      }
      append.appendFile(
          DataFiles.builder(table.spec())
              .withPath(table.location() + "/data/told-" + random.nextLong() + ".parquet")
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(4_000 + random.nextInt(100))
              .withMetrics(new Metrics(5L, null, counts, counts, null, bounds, bounds))
              .build());
    }
    append.commit();
  }

  @Test
  void everyVersionThatIsLeftLeadsToFilesThatAreThere() throws Exception {
    publish(100);

    assertThat(versions()).hasSizeBetween(3, 60);
    for (String version : versions()) {
      Path file = metadata().resolve(version);
      TableMetadata read =
          TableMetadataParser.read(new IcebergInput(disk, file.toUri().toString(), file));
      for (Snapshot snapshot : read.snapshots()) {
        for (ManifestFile manifest : snapshot.allManifests(live().io())) {
          assertThat(live().io().resolve(manifest.path())).exists();
        }
      }
    }
    assertThat(Appends.keys(disk, root)).hasSize(101);
  }

  @Test
  void versionsGoFromTheLowestUpAndBeforeWhatTheyLeadTo() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    try (Cache cache = Cache.open(watched, root, clock, Appends.OPTIONS)) {
      for (int i = 0; i < 60; i++) {
        Appends.writer(cache).append(Appends.exchange("w" + i, 1));
        cache.publish();
      }
    }
    List<Integer> removed = new ArrayList<>();
    boolean manifests = false;
    for (RecordingDisk.Call call : watched.changes()) {
      String name = String.valueOf(call.path().getFileName());
      var version = MetadataVersions.parse(name);
      if (call.kind() == RecordingDisk.Kind.LINK && version.isPresent()) {
        manifests = false; // the next publish
      } else if (call.kind() == RecordingDisk.Kind.DELETE && version.isPresent()) {
        assertThat(manifests).as("removed before %s", name).isFalse();
        removed.add(version.getAsInt());
      } else if (call.kind() == RecordingDisk.Kind.DELETE && name.endsWith(".avro")) {
        manifests |= !name.startsWith(".");
      }
    }
    assertThat(removed).hasSizeGreaterThan(20).isSorted();
  }

  @Test
  void aReaderHasItsMinuteWhereThereIsRoom() throws Exception {
    publish(21);
    List<String> young = versions();
    publish(3);
    assertThat(versions()).hasSizeGreaterThan(10).contains(young.get(young.size() - 1));

    clock = () -> Instant.now().plus(Duration.ofMinutes(2));
    publish(12);

    assertThat(versions()).hasSizeLessThan(20).doesNotContainAnyElementsOf(young);
  }

  @Test
  void aReaderWhoseVersionIsGoneStartsOver() throws Exception {
    publish(1);
    Generation early = live();
    publish(150);

    List<Object> keys = new ArrayList<>();
    new RowReader(disk, early)
        .forEach(early.metadata().schema().select("k"), row -> keys.add(row.get(0)));
    assertThat(early.paths().metadata().resolve(early.metadataFile())).doesNotExist();
    assertThat(keys).hasSize(152).doesNotHaveDuplicates();
  }

  @Test
  void whatNoVersionNamesGoesOnlyWhenItIsOld() throws Exception {
    Path young = Files.writeString(metadata().resolve("another-programs-m0.avro"), "young");
    Path old = Files.writeString(metadata().resolve("litter-m0.avro"), "old");
    Path unknown = Files.writeString(metadata().resolve("notes.txt"), "?");
    for (Path file : List.of(old, unknown)) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(100)));
    }

    publish(60);

    assertThat(young).exists();
    assertThat(unknown).exists();
    assertThat(old).doesNotExist();
  }

  /** As an engine writes them that computes statistics: the file first, then its entry. */
  @Test
  void statisticsGoWithTheirSnapshotAndNotBefore() throws Exception {
    clock = () -> Instant.now().plus(Duration.ofMinutes(2)); // nobody reads what is superseded
    while (versions().size() < 22) {
      publish(1);
    }
    Path file = metadata().resolve("1-of-a-snapshot.stats");
    Path litter = metadata().resolve("2-of-none.stats");
    Files.writeString(file, "statistics");
    Files.writeString(litter, "statistics");
    Table table = live().table();
    table
        .updateStatistics()
        .setStatistics(
            new GenericStatisticsFile(
                table.currentSnapshot().snapshotId(),
                table.location() + "/metadata/" + file.getFileName(),
                10,
                2,
                List.of()))
        .commit();

    publish(1);
    assertThat(versions()).as("cleaned up").hasSizeLessThan(10);
    assertThat(live().metadata().statisticsFiles()).hasSize(1);
    assertThat(file).exists();
    assertThat(litter).doesNotExist();

    publish(24);
    assertThat(file).doesNotExist();
    for (String version : versions()) {
      Path left = metadata().resolve(version);
      assertThat(
              TableMetadataParser.read(new IcebergInput(disk, left.toUri().toString(), left))
                  .statisticsFiles())
          .as(version)
          .isEmpty();
    }
  }

  @Test
  void nothingIsRemovedWhereAVersionThatStaysCannotBeRead() throws Exception {
    publish(15);
    long before = entries();
    for (int i = 0; i < 12; i++) {
      int newest = MetadataVersions.parse(live().metadataFile()).orElseThrow();
      Files.writeString(metadata().resolve(MetadataVersions.format(newest - 1)), "{");
      publish(1);
    }
    assertThat(entries()).isGreaterThan(before + 12);
  }

  @Test
  void snapshotsExpireWhereTheClockWasSetBack() throws Exception {
    publish(5);
    clock = () -> Instant.now().minus(Duration.ofDays(3));
    publish(20);

    assertThat(live().metadata().snapshots()).hasSize(10);
  }

  private Cache open() throws IOException {
    return Cache.open(disk, root, clock, Appends.OPTIONS);
  }

  private void publish(int times) throws Exception {
    try (Cache cache = open()) {
      for (int i = 0; i < times; i++) {
        Appends.writer(cache).append(Appends.exchange("p" + System.nanoTime(), 1));
        cache.publish();
      }
    }
  }

  private static String columns(int value) {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      Object field = i % 2 == 0 ? value * i : "\"value " + value * i + "\"";
      json.append(", \"column_").append(i).append("\": ").append(field);
    }
    return json.toString();
  }

  private Generation live() {
    return Appends.live(disk, root).generation();
  }

  private Path metadata() {
    return live().paths().metadata();
  }

  private List<String> versions() throws IOException {
    return disk.list(metadata()).stream()
        .filter(name -> MetadataVersions.parse(name).isPresent())
        .toList();
  }

  private long entries() throws IOException {
    return disk.list(metadata()).size();
  }

  private long metadataBytes() throws IOException {
    try (Stream<Path> files = Files.list(metadata())) {
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }
}
