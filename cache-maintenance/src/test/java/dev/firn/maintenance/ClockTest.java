package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Grace is never shortened by what somebody does to the clock, the machine or the files. */
@VerifiedAtTheEnd
class ClockTest {
  private static final Duration YEAR = Duration.ofDays(365);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration GRACE = Duration.ofHours(24);

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private Path root;
  private Passes passes;
  private int exchanges;

  @BeforeEach
  void fill() throws Exception {
    root = directory.resolve("cache");
    passes = new Passes(disk, root);
    append();
    append();
  }

  private void append() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("e" + exchanges++, 2));
    }
  }

  /** Names of what was retired and is still there. */
  private List<String> retired() {
    return Appends.live(disk, root).others().stream()
        .map(OtherGeneration::name)
        .map(name -> name.format())
        .toList();
  }

  @Test
  void aSwapWhileTheClockIsBehindKeepsItsGraceWhenTheClockIsPutRight() throws Exception {
    passes.standard();
    passes.advance(MINUTE);
    passes.setWallClock(passes.now().minus(YEAR));

    passes.forced();
    assertThat(retired()).containsExactly("table");
    passes.advance(MINUTE);
    passes.setWallClock(passes.now().plus(YEAR));

    passes.standard();
    assertThat(retired()).containsExactly("table");
    passes.advance(GRACE.minus(MINUTE.multipliedBy(2)));
    passes.standard();
    assertThat(retired()).containsExactly("table");
    passes.advance(MINUTE.multipliedBy(2));
    passes.standard();
    assertThat(retired()).isEmpty();
  }

  @Test
  void aClockThatIsSetBackInTheMiddleOfAPassAndPutRightLaterShortensNoGrace() throws Exception {
    passes.standard();
    passes.advance(MINUTE);
    passes.setBackDuringThePass(YEAR);

    passes.forced();
    assertThat(retired()).containsExactly("table");
    passes.advance(MINUTE);
    passes.setWallClock(passes.now().plus(YEAR));

    passes.standard();
    assertThat(retired()).containsExactly("table");
    passes.advance(GRACE);
    passes.standard();
    assertThat(retired()).isEmpty();
  }

  @Test
  void aSwapWhileTheClockIsAheadOnlyWaitsLonger() throws Exception {
    passes.standard();
    passes.advance(MINUTE);
    passes.setWallClock(passes.now().plus(YEAR));
    passes.forced();
    passes.advance(MINUTE);
    passes.setWallClock(passes.now().minus(YEAR));

    passes.advance(GRACE.multipliedBy(2));
    passes.standard();
    assertThat(retired()).containsExactly("table");
    passes.advance(YEAR);
    passes.standard();
    assertThat(retired()).isEmpty();
  }

  @Test
  void aClockThatJumpsAboutAllTheTimeShortensNoGrace() throws Exception {
    passes.standard();
    passes.forced();
    Instant truth = passes.now();
    for (int hour = 1; hour < 24; hour++) {
      passes.advance(Duration.ofHours(1));
      truth = truth.plus(Duration.ofHours(1));
      passes.setWallClock(
          hour % 3 == 0 ? truth : truth.plus(YEAR.multipliedBy(hour % 3 == 1 ? 1 : -1)));
      passes.standard();
      assertThat(retired()).as("hour " + hour).containsExactly("table");
    }
    passes.setWallClock(truth);
    passes.advance(GRACE);
    passes.standard();
    assertThat(retired()).isEmpty();
  }

  @Test
  void buildsAndTemporaryFilesOfTheFutureAreYoung() throws Exception {
    Path partition = root.resolve(Appends.PARTITION);
    Path building = partition.resolve(".building-table-7-" + UUID.randomUUID());
    Path inIt = Files.createDirectories(building.resolve("data")).resolve("a.parquet");
    Files.writeString(inIt, "PAR1");
    touch(building, passes.now().minus(Duration.ofDays(2)));
    Files.setLastModifiedTime(inIt, FileTime.from(passes.now().plus(Duration.ofDays(3))));

    passes.standard();
    passes.advance(Duration.ofDays(3));
    passes.standard();
    assertThat(building).exists();
    passes.advance(Duration.ofHours(1));
    passes.standard();
    assertThat(building).doesNotExist();
  }

  @Test
  void aCacheThatWasRestoredOnAnotherMachineKeepsItsGraces() throws Exception {
    passes.standard();
    passes.forced();
    assertThat(retired()).containsExactly("table");
    passes.advance(Duration.ofHours(2));
    touch(root, passes.now()); // copied: everything looks new
    passes.reboot(Duration.ofDays(100));

    passes.standard();
    assertThat(retired()).containsExactly("table");
    passes.advance(Duration.ofHours(21));
    passes.standard();
    assertThat(retired()).containsExactly("table");
    passes.advance(Duration.ofHours(1));
    passes.standard();
    assertThat(retired()).isEmpty();
  }

  @Test
  void aCacheThatWasRestoredWithOldTimesKeepsItsGraces() throws Exception {
    passes.standard();
    passes.forced();
    passes.advance(Duration.ofHours(2));
    touch(root, passes.now().minus(YEAR)); // from an archive
    passes.reboot(MINUTE);

    passes.standard();
    assertThat(retired()).containsExactly("table");
    append();
    passes.forced();
    assertThat(retired()).containsExactly("table", "table-1");
    assertThat(Appends.keys(disk, root)).hasSize(6);
  }

  private static void touch(Path tree, Instant time) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.setLastModifiedTime(path, FileTime.from(time));
      }
    }
  }
}
