package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.testing.CallSite;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody restores an old cursor while a sweep removes the generation that it names (I4, I5). Up
 * to the last look at the cursor nothing of that generation is lost.
 */
class SweepGuardTest {
  private static final int STRIDE = Boolean.getBoolean("firn.soak") ? 1 : 9;

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private Path template;
  private byte[] oldCursor;
  private Map<String, Long> superseded;
  private int runs;

  @BeforeEach
  void make() throws IOException {
    template = directory.resolve("template");
    try (Cache cache = Appends.open(disk, template)) {
      Appends book = new Appends();
      book.append(cache, "one");
      book.append(cache, "two");
    }
    oldCursor = Files.readAllBytes(cursor(template));
    new Passes(disk, template).forced();
    superseded = files(template);
    assertThat(superseded).isNotEmpty();
  }

  private static Path cursor(Path root) {
    return root.resolve(Appends.PARTITION).resolve(PartitionFiles.CURSOR);
  }

  /** Those of the generation that the old cursor names, aside or not. */
  private static Map<String, Long> files(Path root) throws IOException {
    Map<String, Long> files = new TreeMap<>();
    Path partition = root.resolve(Appends.PARTITION);
    try (Stream<Path> entries = Files.list(partition)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (name.equals("table") || name.startsWith(".removing-table-")) {
          try (Stream<Path> below = Files.walk(entry)) {
            for (Path file : below.filter(Files::isRegularFile).toList()) {
              files.put(entry.relativize(file).toString(), Files.size(file));
            }
          }
        }
      }
    }
    return files;
  }

  /** What is there of the generation after a sweep during which, at this call, the cursor came. */
  private Map<String, Long> left(int at, Predicate<CallSite> deceived) throws IOException {
    Path root = CutCaches.copy(template, directory.resolve("run" + runs));
    Path stale = directory.resolve("stale" + runs++);
    RecordingDisk sweeping = new RecordingDisk();
    sweeping.deceive(deceived);
    int[] calls = {0};
    sweeping.failWith(
        call -> {
          if (calls[0]++ == at) {
            Interleavings.link(root, stale);
            sweeping.show(root, stale);
            Path restored = Files.write(root.resolve("restored"), oldCursor);
            Files.move(restored, cursor(root), StandardCopyOption.REPLACE_EXISTING);
          }
        });
    sweep(sweeping, root);
    return files(root);
  }

  private static void sweep(RecordingDisk sweeping, Path root) throws IOException {
    Passes passes = new Passes(sweeping, root);
    passes.advance(Duration.ofDays(2));
    passes.run(
        new PassOptions(List.of(), false, false, Steps.SWEEP_ONLY, Optional.empty(), false, false));
  }

  @Test
  void cursorThatIsRestoredDuringASweepFindsItsGenerationWhole() throws Exception {
    Path survey = CutCaches.copy(template, directory.resolve("survey"));
    RecordingDisk watched = new RecordingDisk();
    sweep(watched, survey);
    assertThat(files(survey)).as("undisturbed").isEmpty();
    List<Call> calls = watched.calls();
    int removal = first(calls, Kind.DELETE, ".removing-table-");
    int aside = first(calls, Kind.RENAME, ".removing-table-");
    int lastLook = removal;
    while (!calls.get(lastLook).equals(new Call(Kind.READ, cursor(survey)))) {
      lastLook--;
    }
    assertThat(lastLook).isGreaterThan(aside);
    List<Integer> points = new ArrayList<>();
    for (int at = 0; at < lastLook; at += STRIDE) {
      points.add(at);
    }
    points.addAll(List.of(aside, aside + 1, lastLook));
    for (int at : points) {
      assertThat(left(at, site -> false)).as("restored at call " + at).isEqualTo(superseded);
    }
    Predicate<CallSite> lastCheck =
        site ->
            site.isIn("PartitionSweeper.requireLive") && !site.isIn("PartitionSweeper.requireSame");
    assertThat(left(aside + 1, lastCheck)).as("without the last look").isEmpty();
    System.out.println("an old cursor restored at " + points.size() + " moments of a sweep");
  }

  private static int first(List<Call> calls, Kind kind, String path) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).kind() == kind && calls.get(i).path().toString().contains(path)) {
        return i;
      }
    }
    throw new AssertionError(kind + " " + path);
  }
}
