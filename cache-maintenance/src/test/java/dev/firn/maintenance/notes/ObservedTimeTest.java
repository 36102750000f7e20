package dev.firn.maintenance.notes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservedTimeTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path root;
  private final Disk disk = new LocalDisk();
  private CacheDirectory cache;
  private Instant wall = START;
  private String boot = "first";
  private Duration sinceBoot = Duration.ofHours(5);

  @BeforeEach
  void open() {
    cache = new CacheDirectory(disk, root);
  }

  private ObservedTime read() {
    return ObservedTime.read(disk, cache, wall, Optional.of(new Uptime(boot, sinceBoot)));
  }

  private void pass() throws IOException {
    read().save(disk, cache);
  }

  private void advance(Duration duration) {
    wall = wall.plus(duration);
    sinceBoot = sinceBoot.plus(duration);
  }

  @Test
  void withoutAnyNoteTheWallClockDecides() {
    assertThat(read().age(START.minus(Duration.ofHours(3)))).isEqualTo(Duration.ofHours(3));
  }

  @Test
  void timeInTheFutureIsAgeZero() throws Exception {
    pass();
    assertThat(read().age(START.plusSeconds(9))).isZero();
  }

  @Test
  void whileTheClockRunsTrueBothAgree() throws Exception {
    pass();
    advance(Duration.ofHours(30));
    pass();
    advance(Duration.ofHours(1));
    assertThat(read().age(START)).isEqualTo(Duration.ofHours(31));
    assertThat(read().age(START.plus(Duration.ofHours(30)))).isEqualTo(Duration.ofHours(1));
    assertThat(read().age(START.minus(Duration.ofHours(2)))).isEqualTo(Duration.ofHours(33));
  }

  @Test
  void jumpForwardAgesNothingBeyondTheObservedUptime() throws Exception {
    pass();
    wall = wall.plus(Duration.ofDays(365));
    sinceBoot = sinceBoot.plus(Duration.ofMinutes(20));
    assertThat(read().age(START)).isEqualTo(Duration.ofMinutes(20));
    pass();
    advance(Duration.ofHours(2));
    assertThat(read().age(START)).isEqualTo(Duration.ofMinutes(140));
  }

  @Test
  void timeWhileTheMachineIsOffDoesNotCount() throws Exception {
    pass();
    wall = wall.plus(Duration.ofDays(3));
    boot = "second";
    sinceBoot = Duration.ofMinutes(4);
    assertThat(read().age(START)).isEqualTo(Duration.ofMinutes(4));
  }

  @Test
  void notesAreSpacedAndBounded() throws Exception {
    for (int i = 0; i < 700; i++) {
      pass();
      pass();
      advance(Duration.ofMinutes(10));
    }
    assertThat(Files.size(root.resolve("maintenance/clock.json"))).isLessThan(100_000);
    assertThat(read().age(wall.minus(Duration.ofHours(24)))).isEqualTo(Duration.ofHours(24));
  }

  @Test
  void unreadableNotesLeaveTheWallClockToDecide() throws Exception {
    pass();
    Files.writeString(root.resolve("maintenance/clock.json"), "{\"notes\": [{\"wall\": \"x\"}]}");
    advance(Duration.ofHours(1));
    assertThat(read().age(START)).isEqualTo(Duration.ofHours(1));
  }
}
