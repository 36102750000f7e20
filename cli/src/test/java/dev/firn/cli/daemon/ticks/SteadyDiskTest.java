package dev.firn.cli.daemon.ticks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.disk.DiskOutput;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteadyDiskTest {
  private static final byte[] MEBIBYTE = new byte[1 << 20];

  @TempDir Path directory;
  private final RecordingDisk below = new RecordingDisk();
  private final SteadyDisk disk = new SteadyDisk(below);

  private long syncs() {
    return below.calls().stream().filter(call -> call.kind() == Kind.SYNC).count();
  }

  @Test
  void aLargeFileIsSyncedEveryEightMebibytesAndASmallOneOnlyWhenItsWriterSaysSo()
      throws IOException {
    try (DiskOutput output = disk.create(directory.resolve("large"))) {
      for (int i = 1; i <= 20; i++) {
        output.write(MEBIBYTE, 0, MEBIBYTE.length);
        assertThat(syncs()).isEqualTo(i / 8);
      }
      output.sync();
      assertThat(syncs()).isEqualTo(3);
      assertThat(output.position()).isEqualTo(20L << 20);
    }
    assertThat(Files.size(directory.resolve("large"))).isEqualTo(20L << 20);
  }

  @Test
  void aSyncThatFailsFailsTheWrite() throws IOException {
    below.failWith(
        call -> {
          if (call.kind() == Kind.SYNC) {
            throw new IOException("the disk is broken");
          }
        });
    try (DiskOutput output = disk.create(directory.resolve("large"))) {
      byte[] bytes = new byte[(int) SteadyDisk.BYTES_A_SYNC];
      assertThatThrownBy(() -> output.write(bytes, 0, bytes.length))
          .hasMessage("the disk is broken");
    }
  }
}
