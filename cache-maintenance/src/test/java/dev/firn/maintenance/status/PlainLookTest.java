package dev.firn.maintenance.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.plain.PlainFiles.LiveFile;
import dev.firn.core.plain.PlainPartition;
import dev.firn.maintenance.MaintenancePass;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.TestConfig;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.GoldenCaches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two ways to find what a status says, held against each other. */
class PlainLookTest {
  private static final int FLIPS_A_FILE = Boolean.getBoolean("firn.soak") ? 20_000 : 25;
  private static final MaintenanceConfig CONFIG = MaintenanceConfig.defaults();

  @TempDir Path directory;
  private final LocalDisk disk = new LocalDisk();
  private MaintenanceConfig config = CONFIG;
  private Instant now = Instant.now().plus(Duration.ofHours(2));
  private Path root;

  private CacheStatus collect(boolean plainly) throws IOException {
    return new StatusCollector(disk, new CacheDirectory(disk, root), config, () -> now, plainly)
        .collect(List.of());
  }

  private CacheStatus requireSame() throws IOException {
    CacheStatus plainly = collect(true);
    assertThat(plainly).isEqualTo(collect(false));
    return plainly;
  }

  private Optional<PlainPartition> plain() throws IOException {
    return plain(List.of());
  }

  private Optional<PlainPartition> plain(List<String> times) throws IOException {
    List<Partition> partitions = new CacheDirectory(disk, root).partitions(Appends.DATASET);
    assertThat(partitions).hasSize(1);
    return PlainPartition.find(disk, partitions.get(0), times);
  }

  private void fill(int exchanges) throws Exception {
    root = directory.resolve("cache");
    for (int i = 0; i < exchanges; i++) {
      try (Cache cache = Appends.open(root)) {
        Appends.writer(cache).append(Appends.exchange("exchange " + i, i + 1));
      }
    }
  }

  private void pass(boolean force, boolean noGrace) throws IOException {
    new MaintenancePass(disk, new CacheDirectory(disk, root), config, () -> now, "test")
        .run(
            new PassOptions(
                List.of(), false, force, PassOptions.Steps.ALL, Optional.empty(), false, noGrace),
            new PassListener() {});
    now = now.plus(Duration.ofMinutes(1));
  }

  private Path partition() {
    return root.resolve(Appends.PARTITION);
  }

  @Test
  void whatWasAppendedIsPlain() throws Exception {
    fill(3);

    PlainPartition plain = plain().orElseThrow();

    assertThat(plain.files()).extracting(LiveFile::rows).containsExactly(1L, 2L, 3L);
    LiveContent live = requireSame().partitions().get(0).live().orElseThrow();
    assertThat(live.rows()).isEqualTo(6);
    assertThat(live.dataFiles()).isEqualTo(3);
    assertThat(live.snapshots()).isEqualTo(3);
  }

  @Test
  void aPartitionThatNothingWasPublishedToIsPlain() throws Exception {
    fill(1);
    Path metadata = partition().resolve("table/metadata");
    Files.delete(metadata.resolve("v2.metadata.json"));
    try (Stream<Path> landed = Files.list(partition().resolve("table/data"))) {
      Files.delete(landed.findFirst().orElseThrow());
    }

    assertThat(plain().orElseThrow().files()).isEmpty();
    requireSame();
  }

  @Test
  void whatWasCompactedIsPlainOnceNothingElseIsThere() throws Exception {
    fill(9);
    pass(true, false);
    assertThat(plain()).isEmpty();
    requireSame();

    pass(false, true);

    PlainPartition plain = plain().orElseThrow();
    assertThat(plain.baselineFiles()).isEqualTo(1);
    assertThat(requireSame().partitions().get(0).lastRun()).isPresent();
  }

  /** More files than make a tier of settled ones, and enough to be due. */
  @Test
  void whatIsDueAndWhyIsTheSame() throws Exception {
    config = withThreshold(3);
    fill(2);
    for (int swaps = 0; swaps < 3; swaps++) {
      requireSame();
      for (int i = 0; i < 3; i++) {
        try (Cache cache = Appends.open(root)) {
          Appends.writer(cache).append(Appends.exchange("more " + swaps + i, 5));
        }
      }
      assertThat(plain()).isPresent();
      assertThat(requireSame().partitions().get(0).due()).isTrue();
      pass(false, true);
      assertThat(plain()).isPresent();
      assertThat(requireSame().partitions().get(0).due()).isFalse();
    }
  }

  private static MaintenanceConfig withThreshold(int files) {
    return TestConfig.like(CONFIG).compactFileCount(files).build();
  }

  @Test
  void nothingIsPlainWhereRowsHaveAnAge() throws Exception {
    fill(2);
    config = CONFIG.with(new RetentionConfig(OptionalLong.of(30), Map.of(), Map.of(), Map.of()));

    requireSame();
  }

  /** What the default says of rows that nobody has said to drop. */
  @Test
  void rowsThatAreOldAreFoundInEitherWay() throws Exception {
    root = directory.resolve("cache");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append("[{\"created_at\": \"2026-01-01T00:00:00Z\"}]");
      Appends.writer(cache).append("[{\"created_at\": \"2026-03-01T00:00:00Z\"}]");
    }

    now = Instant.parse("2026-03-05T00:00:00Z");
    assertThat(plain(List.of("timestamp", "created_at")).orElseThrow().files())
        .extracting(file -> Instant.ofEpochSecond(file.newestMicros() / 1_000_000))
        .containsExactly(
            Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-03-01T00:00:00Z"));
    assertThat(requireSame().old()).isEmpty();

    now = Instant.parse("2026-04-05T00:00:00Z");
    assertThat(requireSame().old()).hasSize(1);
  }

  private interface Change {
    void applyTo(Path partition) throws IOException;
  }

  @Test
  void whateverElseIsThereIsForOthersToSay() throws Exception {
    fill(2);
    Path untouched = root;
    Map<String, Change> changes =
        Map.of(
            "a generation that was never live",
            at -> Files.createDirectory(at.resolve("table-7")),
            "a mark of what was superseded",
            at -> Files.writeString(at.resolve("table/.retired"), "2026-01-01T00:00:00Z"),
            "something in quarantine",
            at -> Files.createDirectories(at.resolve(".quarantine/table")),
            "a write that was interrupted",
            at -> Files.writeString(at.resolve(".tmp-cursor.json-1"), "x"),
            "an append that was interrupted",
            at -> Files.writeString(at.resolve("table/data/.tmp-x"), "x"),
            "a partition below",
            at -> Files.createDirectories(at.resolve("model=x/table")),
            "a table without data",
            at -> Files.move(at.resolve("table/data"), at.resolve("table/data-not")));
    for (Map.Entry<String, Change> change : changes.entrySet()) {
      root = directory.resolve(change.getKey());
      copy(untouched, root);
      change.getValue().applyTo(partition());

      Partition first = new CacheDirectory(disk, root).partitions(Appends.DATASET).get(0);
      assertThat(PlainPartition.find(disk, first, List.of())).as(change.getKey()).isEmpty();
      requireSame();
    }
  }

  @Test
  void whatHasLandedAndIsNotPublishedIsCountedFromItsFile() throws Exception {
    fill(1);
    Cache cache = Appends.open(root); // never closed: it stays unpublished
    Appends.writer(cache).append(Appends.exchange("landed", 5));

    assertThat(plain()).isEmpty();
    assertThat(requireSame().partitions().get(0).live().orElseThrow().rows()).isEqualTo(6);
  }

  @Test
  void whatIsHeldIsCounted() throws Exception {
    fill(1);
    byte[] cursor = Files.readAllBytes(partition().resolve("cursor.json"));
    Files.writeString(partition().resolve("cursor.json"), "{");
    requireSame();
    Appends.writer(Appends.open(root)).append(Appends.exchange("held", 2));
    requireSame();
    Files.write(partition().resolve("cursor.json"), cursor);

    assertThat(requireSame().partitions().get(0).heldExchanges()).isEqualTo(1);

    Files.writeString(root.resolve("held").resolve(Appends.PARTITION).resolve(".tmp-x"), "half");
    assertThat(requireSame().partitions().get(0).orphanedBytes()).isEqualTo(4);
  }

  @ParameterizedTest
  @MethodSource("caches")
  void everyCacheThatIsKeptLooksTheSame(String name) throws Exception {
    root =
        FieldCaches.names().contains(name)
            ? FieldCaches.unpack(name, directory)
            : GoldenCaches.unpack(name, directory);
    requireSame();
    pass(true, false);
    requireSame();
    pass(false, true);
    requireSame();
  }

  static Stream<String> caches() {
    return Stream.concat(FieldCaches.names().stream(), GoldenCaches.names().stream());
  }

  /** What is flipped is seen here too, or by nobody. */
  @ParameterizedTest
  @ValueSource(strings = {"cursor.json", ".metadata.json", "snap-", "-m0.avro"})
  void noDamageIsTakenForAPlainPartition(String kind) throws Exception {
    fill(2);
    Path file = newest(kind);
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(bytes.length);
    int step = Math.max(1, bytes.length / FLIPS_A_FILE);
    for (int at = 0; at < bytes.length; at += step) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);

      assertThat(collect(true)).as("%s, byte %s", file, at).isEqualTo(collect(false));
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    requireSame();
    Files.delete(file);
    requireSame();
  }

  /** The file that is read of several. */
  private Path newest(String kind) throws IOException {
    if (kind.equals("cursor.json")) {
      return partition().resolve(kind);
    }
    try (Stream<Path> files = Files.list(partition().resolve("table/metadata"))) {
      return files
          .filter(file -> file.getFileName().toString().contains(kind))
          .max(
              Comparator.comparing(
                  file -> {
                    try {
                      return Files.getLastModifiedTime(file);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }))
          .orElseThrow();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
