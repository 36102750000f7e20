package dev.firn.maintenance.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairCopiesTest {
  @TempDir Path directory;

  @Test
  void copyIsDurableThoughAKilledRepairMadeTheDirectoryAboveIt() throws Exception {
    Path root = Files.createDirectory(directory.resolve("cache"));
    Path file = Files.writeString(root.resolve("cursor.json"), "{");
    RecordingDisk disk = new RecordingDisk();
    disk.rememberForPowerLoss(Files.createDirectory(directory.resolve("side")));
    CacheDirectory cache = new CacheDirectory(disk, root);
    Files.createDirectory(cache.maintenance());
    boolean[] killed = {false};
    disk.failWith(
        call -> {
          boolean made = Files.exists(cache.maintenance().resolve("repair"));
          if (made && !killed[0] && call.kind() == Kind.SYNC_DIRECTORY) {
            killed[0] = true;
            throw new Killed();
          }
        });
    assertThatThrownBy(() -> new RepairCopies(disk, cache, Instant.EPOCH).copy(file))
        .isInstanceOf(Killed.class);

    Path copy = new RepairCopies(disk, cache, Instant.EPOCH).copy(file);
    disk.losePower();

    assertThat(copy).hasContent("{");
  }
}
