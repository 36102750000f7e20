package dev.firn.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.OutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncedStreamTest {
  @TempDir Path directory;

  @Test
  void randomWritesEqualAByteArray() throws IOException {
    long seed = 5;
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      Path file = directory.resolve("file-" + round);
      ByteArrayOutputStream model = new ByteArrayOutputStream();
      try (SyncedStream stream = new SyncedStream(new LocalDisk().create(file))) {
        for (int i = 0; i < 200; i++) {
          if (random.nextBoolean()) {
            int value = random.nextInt();
            stream.write(value);
            model.write(value);
          } else {
            byte[] bytes = new byte[random.nextInt(i % 10 == 0 ? 200_000 : 3_000)];
            random.nextBytes(bytes);
            int offset = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            stream.write(bytes, offset, bytes.length - offset);
            model.write(bytes, offset, bytes.length - offset);
          }
          assertThat(stream.position()).as("seed %d", seed).isEqualTo(model.size());
        }
      }
      assertThat(Files.readAllBytes(file)).as("seed %d", seed).isEqualTo(model.toByteArray());
    }
  }

  @Test
  void closingWritesEverythingThenSyncsOnce() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    SyncedStream stream = new SyncedStream(disk.create(directory.resolve("file")));
    stream.write(1);
    stream.close();
    stream.close();
    assertThat(disk.calls().stream().map(Call::kind))
        .containsExactly(Kind.CREATE, Kind.WRITE, Kind.SYNC);
  }

  @Test
  void aFailedWriteOrSyncFailsTheCloseAndIsNotRepeated() throws IOException {
    for (Kind failing : List.of(Kind.WRITE, Kind.SYNC)) {
      RecordingDisk disk = new RecordingDisk();
      SyncedStream stream = new SyncedStream(disk.create(directory.resolve("" + failing)));
      disk.failWith(
          call -> {
            if (call.kind() == failing) {
              throw new IOException("Input/output error");
            }
          });
      stream.write(1);
      assertThatIOException().isThrownBy(stream::close).withMessage("Input/output error");
      disk.failWith(call -> {});
      stream.close();
      assertThat(disk.calls().stream().filter(call -> call.kind() == failing)).hasSize(1);
    }
  }

  @Test
  void aStreamWhoseWriteFailedNeverClosesAsIfItWereWhole() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    Path file = directory.resolve("file");
    SyncedStream stream = new SyncedStream(disk.create(file));
    disk.failWith(
        call -> {
          if (call.kind() == Kind.WRITE) {
            throw new IOException("No space left on device");
          }
        });
    assertThatIOException().isThrownBy(() -> stream.write(new byte[1 << 20], 0, 1 << 20));
    disk.failWith(call -> {});
    assertThatIOException().isThrownBy(stream::close);
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    OutputFile iceberg = new IcebergOutput(new LocalDisk(), "file:///recorded", file);
    ParquetOutput parquet = new ParquetOutput(new LocalDisk(), file);
    assertThatThrownBy(iceberg::create).isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(iceberg::createOrOverwrite).isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(() -> parquet.create(0)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> parquet.createOrOverwrite(0))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("old");
    assertThat(iceberg.location()).isEqualTo("file:///recorded");
    assertThat(iceberg.toInputFile().getLength()).isEqualTo(3);
  }
}
