package dev.firn.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.Snapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionInspectorTest {
  private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
  private static final String LIVE = "table-1795319052415";

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  /** Live is {@link #LIVE}, {@code table} is retired. */
  private Partition compacted() throws IOException {
    return unpacked("source-table-compacted", "datasets/otel_events/source=claude");
  }

  /** Live is {@code epoch=1}, {@code epoch=0} is retired. */
  private Partition epochs() throws IOException {
    return unpacked("epoch-legacy", "datasets/ai_gateway_messages/client=claude/date=2026-08-01");
  }

  private Partition unpacked(String name, String path) throws IOException {
    Path root = FieldCaches.unpack(name, directory);
    return new CacheDirectory(new LocalDisk(), root)
        .partitions().stream().filter(p -> p.path().equals(path)).findFirst().orElseThrow();
  }

  private PartitionState inspect(Partition partition) throws IOException {
    Map<String, String> before =
        Files.exists(partition.directory()) ? Listing.of(partition.directory()) : Map.of();
    disk.forget();
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    assertThat(disk.changes()).as("nothing is changed").isEmpty();
    if (!before.isEmpty()) {
      assertThat(Listing.of(partition.directory())).isEqualTo(before);
    }
    assertThat(state.partition()).isEqualTo(partition);
    return state;
  }

  private void assertProblem(Partition partition, Problem problem, String reason)
      throws IOException {
    PartitionState state = inspect(partition);
    assertThat(state).isInstanceOf(Unreadable.class);
    Unreadable unreadable = (Unreadable) state;
    assertThat(unreadable.problem()).isEqualTo(problem);
    assertThat(unreadable.reason()).startsWith(partition.directory().toString()).contains(reason);
    assertThat(unreadable.file().startsWith(partition.directory())).isTrue();
  }

  private Live assertLive(Partition partition, String name) throws IOException {
    PartitionState state = inspect(partition);
    assertThat(state).isInstanceOf(Live.class);
    Live live = (Live) state;
    assertThat(live.generation().name()).hasToString(name);
    assertThat(live.cursor().cursor().live()).hasToString(name);
    return live;
  }

  private static void writeCursor(Partition partition, String json) throws IOException {
    Files.writeString(partition.cursorFile(), json);
  }

  private static Path generation(Partition partition, String name) {
    return partition.directory().resolve(name);
  }

  private static Path newestMetadata(Path generation) throws IOException {
    try (Stream<Path> files = Files.list(generation.resolve("metadata"))) {
      return files
          .filter(file -> file.toString().endsWith(".metadata.json"))
          .max(
              Comparator.comparing(
                  file -> Integer.valueOf(file.getFileName().toString().split("[v.]")[1])))
          .orElseThrow();
    }
  }

  private static void retire(Path generation) throws IOException {
    RetiredMarker.write(new LocalDisk(), generation, NOW);
  }

  @Test
  void fieldPartitionsOfBothLayoutsAreLiveWithTheirOtherGenerations() throws IOException {
    Live tables = assertLive(compacted(), LIVE);
    assertThat(tables.others()).extracting(g -> g.name().format()).containsExactly("table");
    assertThat(tables.others().get(0).retired()).isPresent();
    Live epochs = assertLive(epochs(), "epoch=1");
    assertThat(epochs.others()).extracting(g -> g.name().format()).containsExactly("epoch=0");
    OtherGeneration retired = epochs.others().get(0);
    assertThat(retired.retired().orElseThrow().since())
        .contains(Instant.parse("2026-11-22T03:44:12.778Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "datasets/ai_gateway_messages/source=claude",
        "datasets/ai_gateway_messages/source=codex"
      })
  void whatACrashedCompactionOfTheFieldLeftDoesNotMatter(String path) throws IOException {
    Live live = assertLive(unpacked("crashed-compaction", path), "table");
    assertThat(live.others()).hasSize(1);
    assertThat(live.others().get(0).retired()).isEmpty();
  }

  @Test
  void noCursorAndNoGenerationIsAbsent() throws IOException {
    Partition partition = TestGenerations.partition(directory);
    assertThat(inspect(partition)).isEqualTo(new Absent(partition));
    Files.createDirectory(partition.directory().resolve("table-7.bak"));
    Files.createFile(partition.directory().resolve("table"));
    assertThat(inspect(partition)).isEqualTo(new Absent(partition));
    Partition gone = new Partition("d", Map.of(), directory.resolve("gone"), "datasets/gone");
    assertThat(inspect(gone)).isEqualTo(new Absent(gone));
  }

  @Test
  void aCursorCutInTheMiddleIsUnreadable() throws IOException {
    assertProblem(
        unpacked("corrupt-cursor", "datasets/otel_events/source=claude"),
        Problem.CURSOR_UNREADABLE,
        "expected a JSON object");
  }

  @Test
  void anEmptyCursorIsUnreadableAndNotAbsent() throws IOException {
    for (Partition partition : List.of(compacted(), epochs())) {
      writeCursor(partition, "");
      assertProblem(partition, Problem.CURSOR_UNREADABLE, "found an empty file");
    }
  }

  @Test
  void aMissingCursorBesideGenerationsIsNotAbsent() throws IOException {
    Partition tables = compacted();
    Files.delete(tables.cursorFile());
    assertProblem(tables, Problem.CURSOR_MISSING, "missing beside table, " + LIVE);
    Partition epochs = epochs();
    Files.delete(epochs.cursorFile());
    assertProblem(epochs, Problem.CURSOR_MISSING, "missing beside epoch=0, epoch=1");
  }

  @Test
  void aMissingCursorBesideAnEmptyGenerationIsNotAbsent() throws IOException {
    Partition partition = TestGenerations.partition(directory);
    Files.createDirectory(generation(partition, "epoch=0"));
    assertProblem(partition, Problem.CURSOR_MISSING, "missing beside epoch=0");
  }

  @Test
  void aDirectoryInPlaceOfTheCursorIsUnreadable() throws IOException {
    Partition partition = compacted();
    Files.delete(partition.cursorFile());
    Files.createDirectory(partition.cursorFile());
    assertProblem(partition, Problem.CURSOR_UNREADABLE, "found a directory");
  }

  @Test
  void aCursorThatLeadsElsewhereIsUnreadable() throws IOException {
    Partition partition = compacted();
    Path elsewhere = directory.resolve("elsewhere.json");
    Files.move(partition.cursorFile(), elsewhere);
    Files.createSymbolicLink(partition.cursorFile(), elsewhere);
    assertProblem(partition, Problem.CURSOR_UNREADABLE, "found a symbolic link");
  }

  @Test
  void aForbiddenCursorIsUnreadable() throws IOException {
    Partition partition = compacted();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.READ && call.path().endsWith("cursor.json")) {
            throw new AccessDeniedException(call.path().toString());
          }
        });
    assertProblem(partition, Problem.CURSOR_UNREADABLE, "cannot be read: permission denied");
  }

  @Test
  void aForbiddenDirectoryIsUnreadable() throws IOException {
    Partition partition = compacted();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.LIST) {
            throw new AccessDeniedException(call.path().toString());
          }
        });
    assertProblem(partition, Problem.CURSOR_UNREADABLE, "cannot be listed: permission denied");
  }

  @Test
  void aFileInPlaceOfThePartitionIsUnreadable() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertProblem(
        new Partition("d", Map.of(), file, "datasets/d"),
        Problem.CURSOR_UNREADABLE,
        "cannot be listed");
  }

  @Test
  void aNewerCursorIsUnsupported() throws IOException {
    Partition partition = compacted();
    writeCursor(partition, "{\"version\": 2, \"somethingElse\": true}");
    assertProblem(partition, Problem.CURSOR_UNSUPPORTED, "cursor version 2 is not supported");
    assertThat(disk.calls())
        .as("a newer partition's generations are not even opened")
        .noneMatch(call -> call.kind() == Kind.OPEN);
  }

  @Test
  void aWrongChecksumIsUnreadable() throws IOException {
    Partition partition = epochs();
    Live live = assertLive(partition, "epoch=1");
    byte[] ours = CursorCodec.formatRemembering(live.cursor().cursor(), 1);
    Files.write(partition.cursorFile(), ours);
    assertLive(partition, "epoch=1");
    writeCursor(
        partition,
        new String(ours, java.nio.charset.StandardCharsets.UTF_8)
            .replace("\"epoch\" : 1", "\"epoch\" : 0"));
    assertProblem(partition, Problem.CURSOR_UNREADABLE, "expected \"checksum\" crc32c:");
  }

  @Test
  void aMissingGenerationIsNamedWithThoseThatAreThere() throws IOException {
    Partition partition = compacted();
    writeCursor(partition, "{\"layout\":\"source-table\",\"tableDir\":\"table-7\"}");
    assertProblem(partition, Problem.GENERATION_MISSING, "names table-7, found table, " + LIVE);
    Partition epochs = epochs();
    writeCursor(epochs, "{\"epoch\": 2}");
    assertProblem(epochs, Problem.GENERATION_MISSING, "names epoch=2, found epoch=0, epoch=1");
  }

  @Test
  void aCursorWithoutAnyGenerationIsNotAbsent() throws IOException {
    Partition partition = TestGenerations.partition(directory);
    writeCursor(partition, "{\"layout\":\"source-table\",\"tableDir\":\"table\"}");
    assertProblem(partition, Problem.GENERATION_MISSING, "names table, found no generation");
    Files.createFile(generation(partition, "table"));
    assertProblem(partition, Problem.GENERATION_MISSING, "names table, found no generation");
  }

  @Test
  void aLiveGenerationThatIsASymbolicLinkIsMissing() throws IOException {
    Partition partition = compacted();
    Path elsewhere = directory.resolve(LIVE);
    Files.move(generation(partition, LIVE), elsewhere);
    Files.createSymbolicLink(generation(partition, LIVE), elsewhere);
    assertProblem(partition, Problem.GENERATION_MISSING, "names " + LIVE + ", found table");
  }

  @Test
  void aGenerationWithoutMetadataIsDamaged() throws IOException {
    Partition partition = compacted();
    try (Stream<Path> files = Files.list(generation(partition, LIVE).resolve("metadata"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".metadata.json")).toList()) {
        Files.delete(file);
      }
    }
    assertProblem(partition, Problem.GENERATION_DAMAGED, "expected a file v<number>.metadata.json");
    Partition empty = TestGenerations.partition(directory);
    writeCursor(empty, "{\"epoch\": 0}");
    Files.createDirectory(generation(empty, "epoch=0"));
    assertProblem(empty, Problem.GENERATION_DAMAGED, "expected a file v<number>.metadata.json");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000})
  void tornNewestMetadataIsDamagedAndNoOlderVersionIsTaken(int length) throws IOException {
    for (Partition partition : List.of(compacted(), epochs())) {
      Path live = generation(partition, partition.path().contains("date=") ? "epoch=1" : LIVE);
      Path newest = newestMetadata(live);
      Files.write(newest, Arrays.copyOf(Files.readAllBytes(newest), length));
      assertProblem(partition, Problem.GENERATION_DAMAGED, newest.getFileName().toString());
    }
  }

  @Test
  void unreadableMetadataIsDamaged() throws IOException {
    Partition partition = compacted();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.OPEN) {
            throw new AccessDeniedException(call.path().toString());
          }
        });
    assertProblem(partition, Problem.GENERATION_DAMAGED, "metadata.json: permission denied");

    disk.failWith(
        call -> {
          if (call.kind() == Kind.LIST && call.path().endsWith("data")) {
            throw new AccessDeniedException(call.path().toString());
          }
        });
    assertProblem(partition, Problem.GENERATION_DAMAGED, "/data: permission denied");
  }

  @Test
  void aLiveGenerationThatIsRetiredIsAConflict() throws IOException {
    Partition tables = compacted();
    retire(generation(tables, LIVE));
    assertProblem(tables, Problem.CONFLICT, LIVE + ", which carries .retired since " + NOW);
    Partition epochs = epochs();
    Files.writeString(generation(epochs, "epoch=1").resolve(".retired"), "");
    assertProblem(epochs, Problem.CONFLICT, "epoch=1, which carries .retired: a newer");
  }

  @Test
  void aRestoredCursorIsAConflict() throws IOException {
    Partition partition = compacted();
    writeCursor(partition, "{\"layout\":\"source-table\",\"tableDir\":\"table\"}");
    assertProblem(partition, Problem.CONFLICT, "names table, which carries .retired");
  }

  @Test
  void aHigherRetiredGenerationIsAConflict() throws IOException {
    Partition tables = compacted();
    Path higher = generation(tables, "table-1795319052416");
    Files.createDirectory(higher);
    assertLive(tables, LIVE);
    retire(higher);
    assertProblem(tables, Problem.CONFLICT, "table-1795319052416, which is newer, was live");
    Partition epochs = epochs();
    retire(Files.createDirectory(generation(epochs, "epoch=2")));
    assertProblem(epochs, Problem.CONFLICT, "epoch=2, which is newer, was live and is retired");
  }

  @Test
  void aHigherRetiredGenerationIsNoConflictIfTheCursorNamesItAsPrevious() throws IOException {
    Partition partition = compacted();
    retire(Files.createDirectory(generation(partition, "table-1795319052416")));
    writeCursor(
        partition,
        "{\"layout\":\"source-table\",\"tableDir\":\""
            + LIVE
            + "\","
            + "\"compaction\":{\"previousTableDir\":\"table-1795319052416\"}}");
    assertLive(partition, LIVE);
    retire(Files.createDirectory(generation(partition, "table-1795319052417")));
    assertProblem(partition, Problem.CONFLICT, "table-1795319052417");
  }

  @Test
  void aLowerRetiredGenerationIsNoConflict() throws IOException {
    Partition partition = compacted();
    retire(Files.createDirectory(generation(partition, "table-1795319052414")));
    retire(Files.createDirectory(generation(partition, "table-1")));
    assertThat(assertLive(partition, LIVE).others()).hasSize(3);
  }

  @Test
  void aRetiredGenerationOfTheOtherLayoutIsNoConflict() throws IOException {
    Partition partition = epochs();
    retire(Files.createDirectory(generation(partition, "table-99")));
    assertLive(partition, "epoch=1");
  }

  @Test
  void whatAKillBeforeTheSwapLeavesIsNoConflictUntilItHasChanged() throws IOException {
    Partition partition = ofOurs();
    build(partition, "table-8");
    Live live = assertLive(partition, "table-7");
    assertThat(live.others()).hasSize(1);

    Generation built = load(partition, "table-8");
    assertThat(PartitionInspector.isAsProved(built, built.proof().orElseThrow())).isTrue();
    TestGenerations.append(built.table(), "landed.parquet", TestGenerations.rows(7, 9));
    assertProblem(
        partition, Problem.CONFLICT, "table-8 has changed since it was written, so it was live");
    retire(generation(partition, "table-8"));
    assertProblem(partition, Problem.CONFLICT, "table-8, which is newer, was live and is retired");
  }

  @Test
  void aParentWhoseMarkerIsMissingIsNoConflict() throws IOException {
    Partition partition = ofOurs();
    build(partition, "table-8");
    TestGenerations.append(
        load(partition, "table-8").table(), "landed.parquet", TestGenerations.rows(7, 9));
    build(partition, "table-8", "table-9");
    // The cursor lost its compaction; the generation itself still names its parent.
    writeCursor(partition, "{\"layout\":\"source-table\",\"tableDir\":\"table-9\"}");
    assertThat(assertLive(partition, "table-9").others()).hasSize(2);

    build(partition, "table-8", "table-10");
    TestGenerations.append(
        load(partition, "table-10").table(), "landed.parquet", TestGenerations.rows(9, 10));
    assertProblem(partition, Problem.CONFLICT, "table-10 has changed since it was written");
  }

  @Test
  void aDamagedOtherGenerationDoesNotStopTheLiveOne() throws IOException {
    Partition partition = ofOurs();
    build(partition, "table-8");
    Path newest = newestMetadata(generation(partition, "table-8"));
    Files.write(newest, new byte[10]);
    assertLive(partition, "table-7");
  }

  /** A swap by another process, at every point in turn and spread over several points. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void aSwapWhileItLooksNeverLooksLikeAProblem(int callsBetweenSteps) throws IOException {
    long calls = Long.MAX_VALUE;
    int olds = 0;
    int news = 0;
    for (int at = 0; at <= calls; at++) {
      Path root = Files.createDirectory(directory.resolve("at-" + at));
      Partition partition = ofOurs(root);
      Path built = build(partition, "table-8");
      Path building = partition.directory().resolve(".building-table-8");
      Files.move(built, building);
      byte[] swapped =
          CursorCodec.formatSwapped(
              assertLive(partition, "table-7").cursor().cursor(),
              TestGenerations.name("table-8"),
              3,
              NOW,
              1,
              1);
      List<Step> steps =
          new ArrayList<>(
              List.of(
                  () -> Files.move(building, built),
                  () -> Files.write(partition.cursorFile(), swapped),
                  () -> retire(generation(partition, "table-7")),
                  () ->
                      TestGenerations.append(
                          load(partition, "table-8").table(), "x", TestGenerations.rows(9, 10))));
      RecordingDisk watched = new RecordingDisk();
      int first = at;
      int[] seen = {0};
      watched.failWith(
          call -> {
            int now = seen[0]++ - first;
            while (now >= 0 && !steps.isEmpty() && now >= (4 - steps.size()) * callsBetweenSteps) {
              steps.remove(0).run();
            }
          });
      PartitionState state = new PartitionInspector(watched).inspect(partition);
      assertThat(state).as("swap at call %d", at).isInstanceOf(Live.class);
      if (((Live) state).generation().name().number() == 7) {
        olds++;
      } else {
        news++;
      }
      calls = watched.calls().size();
    }
    assertThat(olds).isPositive();
    assertThat(news).isPositive();
  }

  private interface Step {
    void run() throws IOException;
  }

  private Partition ofOurs() throws IOException {
    return ofOurs(directory);
  }

  /** Live is {@code table-7} with three rows. */
  private static Partition ofOurs(Path root) throws IOException {
    Partition partition = TestGenerations.partition(root);
    Generation generation =
        TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, "2");
    TestGenerations.append(generation.table(), "1.parquet", TestGenerations.rows(0, 3));
    writeCursor(partition, "{\"layout\":\"source-table\",\"tableDir\":\"table-7\"}");
    return partition;
  }

  /** What Firn writes before a swap: renamed to its name, and not yet live. */
  private static Path build(Partition partition, String name) throws IOException {
    return build(partition, "table-7", name);
  }

  private static Path build(Partition partition, String from, String name) throws IOException {
    Generation parent = load(partition, from);
    GenerationBuilder builder =
        GenerationBuilder.create(new LocalDisk(), partition, parent, TestGenerations.name(name));
    GenerationProof proof =
        new GenerationProof(
            TestGenerations.name(name),
            parent.name(),
            parent.metadataFile(),
            parent.metadata().uuid(),
            3,
            0,
            3,
            "counts");
    builder.commit(List.of(), proof, NOW.toEpochMilli());
    Files.move(builder.building(), builder.target());
    Snapshot snapshot = load(partition, name).metadata().currentSnapshot();
    assertThat(snapshot).isNotNull();
    return builder.target();
  }

  private static Generation load(Partition partition, String name) throws IOException {
    return Generation.load(
        new LocalDisk(), generation(partition, name), TestGenerations.name(name));
  }
}
