package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Unreadable means hands off (I4), whatever is asked for and whatever could be swept. */
class UnreadablePartitionTest {
  @TempDir Path directory;

  /** A way of being unreadable, done to a partition that has a live and a retired generation. */
  private interface Damage {
    void to(Path partition, RecordingDisk disk) throws IOException;
  }

  private record Place(String cache, String partition, String live, String retired) {}

  private static final Place TABLE =
      new Place(
          "source-table-compacted",
          "datasets/ai_gateway_messages/source=claude",
          "table-1795319052379",
          "table");
  private static final Place EPOCH =
      new Place(
          "epoch-legacy",
          "datasets/ai_gateway_messages/client=claude/date=2026-08-01",
          "epoch=1",
          "epoch=0");

  private static Map<String, Damage> damages(Place place) {
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put(
        "a cursor that is cut",
        (partition, disk) -> {
          byte[] cursor = Files.readAllBytes(cursor(partition));
          Files.write(cursor(partition), Arrays.copyOf(cursor, cursor.length / 2));
        });
    damages.put(
        "a cursor that is empty", (partition, disk) -> Files.write(cursor(partition), new byte[0]));
    damages.put(
        "a cursor that is missing beside generations",
        (partition, disk) -> Files.delete(cursor(partition)));
    damages.put(
        "a cursor that is a directory",
        (partition, disk) -> {
          Files.delete(cursor(partition));
          Files.createDirectory(cursor(partition));
        });
    damages.put(
        "a cursor that is a symbolic link",
        (partition, disk) -> {
          Path elsewhere = partition.resolve("elsewhere.json");
          Files.move(cursor(partition), elsewhere);
          Files.createSymbolicLink(cursor(partition), elsewhere);
        });
    damages.put(
        "a cursor that is forbidden to read",
        (partition, disk) ->
            disk.failWith(
                call -> {
                  if (call.kind() == Kind.READ && call.path().equals(cursor(partition))) {
                    throw new AccessDeniedException(call.path().toString());
                  }
                }));
    damages.put(
        "a cursor of a newer version",
        (partition, disk) -> edit(partition, "{", "{\"version\": 2, \"checksum\": \"sha9:1\", "));
    damages.put(
        "a cursor with a wrong checksum",
        (partition, disk) ->
            edit(partition, "{", "{\"version\": 1, \"checksum\": \"crc32c:00000000\", "));
    damages.put(
        "a cursor that names a missing generation",
        (partition, disk) ->
            edit(
                partition,
                place.live().startsWith("table") ? place.live() : "\"epoch\": 1",
                place.live().startsWith("table") ? "table-77" : "\"epoch\": 77"));
    damages.put(
        "a landed file that is torn",
        (partition, disk) ->
            Files.writeString(
                partition.resolve(place.live() + "/data/1-0123456789abcdef.parquet"),
                "PAR1 and not much more, then PAR1"));
    damages.put(
        "a cursor that names a generation that was superseded",
        (partition, disk) ->
            edit(
                partition,
                place.live().startsWith("table")
                    ? "\"tableDir\": \"" + place.live()
                    : "\"epoch\": 1",
                place.live().startsWith("table")
                    ? "\"tableDir\": \"" + place.retired()
                    : "\"epoch\": 0"));
    damages.put(
        "a live generation without metadata",
        (partition, disk) ->
            Files.move(
                partition.resolve(place.live()).resolve("metadata"), partition.resolve("moved")));
    damages.put(
        "a live generation whose newest metadata is torn",
        (partition, disk) -> {
          Path metadata = newestMetadata(partition.resolve(place.live()));
          byte[] bytes = Files.readAllBytes(metadata);
          Files.write(metadata, Arrays.copyOf(bytes, bytes.length - 10));
        });
    damages.put(
        "a live generation whose manifests are gone",
        (partition, disk) -> {
          try (Stream<Path> files = Files.list(partition.resolve(place.live() + "/metadata"))) {
            for (Path file : files.filter(f -> f.toString().endsWith("-m0.avro")).toList()) {
              Files.delete(file);
            }
          }
        });
    return damages;
  }

  @TestFactory
  Stream<DynamicTest> partitionIsNamedAndNotTouchedWhileTheOthersAreMaintained() {
    return Stream.of(TABLE, EPOCH)
        .flatMap(
            place ->
                damages(place).entrySet().stream()
                    .map(
                        damage ->
                            DynamicTest.dynamicTest(
                                place.live() + ": " + damage.getKey(),
                                () -> requireHandsOff(place, damage.getValue()))));
  }

  private void requireHandsOff(Place place, Damage damage) throws IOException {
    Path root = FieldCaches.unpack(place.cache(), Files.createTempDirectory(directory, "damaged"));
    Path partition = root.resolve(place.partition());
    RecordingDisk disk = new RecordingDisk();
    damage.to(partition, disk);
    Map<String, String> before = Listing.of(partition);
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(365));

    PassReport report = passes.forced();

    PartitionReport unreadable = Passes.of(report, place.partition());
    assertThat(unreadable.outcome()).as(unreadable.reason()).isEqualTo(Outcome.UNREADABLE);
    assertThat(unreadable.reason()).contains(partition.toString());
    assertThat(Listing.of(partition)).isEqualTo(before);
    assertThat(disk.changes()).noneMatch(call -> call.path().startsWith(partition));
    assertThat(report.removed()).noneMatch(r -> r.path().startsWith(place.partition() + "/"));
    long others = report.partitions().size() - 1;
    assertThat(
            report.count(Outcome.COMPACTED)
                + report.partitions().stream()
                    .filter(p -> p.reason().contains("nothing to merge"))
                    .count())
        .isEqualTo(others);
  }

  @Test
  void cursorRestoredToBeforeOurSwapIsAConflict() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Path partition = root.resolve("datasets/otel_events/source=claude");
    byte[] old = Files.readAllBytes(cursor(partition));
    RecordingDisk disk = new RecordingDisk();
    Passes passes = new Passes(disk, root);
    passes.forced();
    Files.write(cursor(partition), old);
    Map<String, String> before = Listing.of(partition);
    passes.advance(Duration.ofDays(365));

    PassReport report = passes.forced();

    PartitionReport unreadable = Passes.of(report, "datasets/otel_events/source=claude");
    assertThat(unreadable.outcome()).isEqualTo(Outcome.UNREADABLE);
    assertThat(unreadable.reason()).contains("older than a generation that was live after it");
    assertThat(Listing.of(partition)).isEqualTo(before);
  }

  private static Path cursor(Path partition) {
    return partition.resolve("cursor.json");
  }

  private static void edit(Path partition, String what, String with) throws IOException {
    String cursor = Files.readString(cursor(partition));
    assertThat(cursor).contains(what);
    Files.write(cursor(partition), cursor.replace(what, with).getBytes(StandardCharsets.UTF_8));
  }

  private static Path newestMetadata(Path generation) throws IOException {
    try (Stream<Path> files = Files.list(generation.resolve("metadata"))) {
      return files
          .filter(f -> f.toString().endsWith(".metadata.json"))
          .max(
              java.util.Comparator.comparing(
                  f -> Integer.parseInt(f.getFileName().toString().replaceAll("\\D", ""))))
          .orElseThrow();
    }
  }
}
