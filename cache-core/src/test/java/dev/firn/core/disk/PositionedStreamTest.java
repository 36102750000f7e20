package dev.firn.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.parquet.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations against a byte array with a position. */
class PositionedStreamTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 100_000})
  void randomReadsAndSeeksEqualAByteArray(int size) throws IOException {
    long seed = 42 + size;
    Random random = new Random(seed);
    byte[] content = content(size, random);
    Path file = Files.write(directory.resolve("file"), content);
    // An input that gives as little as one byte a call, as an input may.
    try (PositionedStream stream =
        new PositionedStream(new Sparing(new LocalDisk().open(file), new Random(seed)))) {
      int position = 0;
      for (int i = 0; i < 20_000; i++) {
        String step = "seed %d, step %d, position %d".formatted(seed, i, position);
        assertThat(stream.position()).as(step).isEqualTo(position);
        switch (random.nextInt(6)) {
          case 0 -> {
            position = random.nextInt(size + 20);
            stream.seek(position);
          }
          case 1 -> {
            int read = stream.read();
            assertThat(read).as(step).isEqualTo(position < size ? content[position] & 0xff : -1);
            position += read < 0 ? 0 : 1;
          }
          case 2 -> {
            byte[] target = new byte[random.nextInt(20_000) + 2];
            int offset = random.nextInt(2);
            int wanted = target.length - offset - random.nextInt(2);
            int read = stream.read(target, offset, wanted);
            position += check(step, content, position, target, offset, wanted, read);
          }
          case 3 -> {
            ByteBuffer target = ByteBuffer.allocateDirect(random.nextInt(20_000));
            int wanted = target.remaining();
            int read = stream.read(target);
            byte[] bytes = new byte[wanted];
            target.flip().get(bytes, 0, target.limit());
            position += check(step, content, position, bytes, 0, wanted, read);
          }
          case 4 -> {
            long count = random.nextInt(12_000) - 100;
            long skipped = stream.skip(count);
            assertThat(skipped).as(step).isEqualTo(Math.max(0, Math.min(count, size - position)));
            position += (int) skipped;
          }
          default ->
              assertThat(stream.available()).as(step).isBetween(0, Math.max(0, size - position));
        }
      }
    }
  }

  private static int check(
      String step, byte[] content, int position, byte[] target, int offset, int wanted, int read) {
    if (wanted == 0) {
      assertThat(read).as(step).isZero();
      return 0;
    }
    if (position >= content.length) {
      assertThat(read).as(step).isEqualTo(-1);
      return 0;
    }
    assertThat(read).as(step).isBetween(1, wanted);
    assertThat(Arrays.equals(content, position, position + read, target, offset, offset + read))
        .as(step)
        .isTrue();
    return read;
  }

  @Test
  void aReadThatFailedGivesNoByteLaterThatIsNotInTheFile() throws IOException {
    byte[] content = content(30_000, new Random(3));
    Path file = Files.write(directory.resolve("file"), content);
    boolean[] fails = {false};
    DiskInput real = new LocalDisk().open(file);
    DiskInput failing =
        new DiskInput() {
          @Override
          public long size() {
            return real.size();
          }

          @Override
          public int read(ByteBuffer target, long position) throws IOException {
            if (fails[0]) {
              throw new IOException("Input/output error");
            }
            return real.read(target, position);
          }

          @Override
          public void close() throws IOException {
            real.close();
          }
        };
    try (PositionedStream stream = new PositionedStream(failing)) {
      assertThat(stream.read()).isEqualTo(content[0] & 0xff);
      stream.seek(20_000);
      fails[0] = true;
      assertThatIOException().isThrownBy(stream::read);
      assertThat(stream.position()).isEqualTo(20_000);
      assertThat(stream.available()).isZero();
      assertThatIOException().isThrownBy(stream::read);
      fails[0] = false;
      assertThat(stream.read()).isEqualTo(content[20_000] & 0xff);
    }
  }

  @Test
  void parquetInputEqualsAByteArray() throws IOException {
    long seed = 11;
    Random random = new Random(seed);
    byte[] content = content(50_000, random);
    Path file = Files.write(directory.resolve("file.parquet"), content);
    ParquetInput input = new ParquetInput(new LocalDisk(), file);
    assertThat(input.getLength()).isEqualTo(content.length);
    try (SeekableInputStream stream = input.newStream()) {
      for (int i = 0; i < 3_000; i++) {
        String step = "seed " + seed + ", step " + i;
        int position = random.nextInt(content.length);
        int length = random.nextInt(content.length - position);
        stream.seek(position);
        byte[] expected = Arrays.copyOfRange(content, position, position + length);
        switch (random.nextInt(3)) {
          case 0 -> {
            byte[] target = new byte[length];
            stream.readFully(target);
            assertThat(Arrays.equals(target, expected)).as(step).isTrue();
          }
          case 1 -> {
            ByteBuffer target = ByteBuffer.allocateDirect(length + 7).position(7);
            stream.readFully(target);
            assertThat(target.position(7).compareTo(ByteBuffer.wrap(expected))).as(step).isZero();
          }
          default -> {
            ByteBuffer target = ByteBuffer.allocate(length + 7).position(7).slice();
            stream.readFully(target);
            assertThat(target.flip().compareTo(ByteBuffer.wrap(expected))).as(step).isZero();
          }
        }
        assertThat(stream.getPos()).as(step).isEqualTo(position + length);
      }
      stream.seek(content.length - 5);
      assertThatThrownBy(() -> stream.readFully(ByteBuffer.allocate(6)))
          .isInstanceOf(EOFException.class);
      stream.seek(content.length - 5);
      assertThatThrownBy(() -> stream.readFully(new byte[6])).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void icebergInputEqualsAByteArray() throws IOException {
    long seed = 12;
    Random random = new Random(seed);
    byte[] content = content(30_000, random);
    Path file = Files.write(directory.resolve("file.avro"), content);
    IcebergInput input = new IcebergInput(new LocalDisk(), "file:///recorded/file.avro", file);
    assertThat(input.getLength()).isEqualTo(content.length);
    assertThat(input.exists()).isTrue();
    assertThat(input.location()).isEqualTo("file:///recorded/file.avro");
    try (org.apache.iceberg.io.SeekableInputStream stream = input.newStream()) {
      for (int i = 0; i < 2_000; i++) {
        int position = random.nextInt(content.length);
        stream.seek(position);
        byte[] read = stream.readNBytes(random.nextInt(12_000));
        assertThat(
                Arrays.equals(read, Arrays.copyOfRange(content, position, position + read.length)))
            .as("seed %d, step %d", seed, i)
            .isTrue();
        assertThat(stream.getPos()).isEqualTo(position + read.length);
      }
    }
  }

  @Test
  void aMissingFileIsToldInTheReadersOwnWay() {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> new ParquetInput(new LocalDisk(), missing).newStream())
        .isInstanceOf(NoSuchFileException.class);
    IcebergInput iceberg = new IcebergInput(new LocalDisk(), "file:///x", missing);
    assertThatThrownBy(iceberg::newStream).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(iceberg::getLength).isInstanceOf(NotFoundException.class);
    assertThat(iceberg.exists()).isFalse();
  }

  private static byte[] content(int size, Random random) {
    byte[] content = new byte[size];
    random.nextBytes(content);
    return content;
  }

  /** Gives fewer bytes than asked for, at random. */
  private record Sparing(DiskInput input, Random random) implements DiskInput {
    @Override
    public long size() {
      return input.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (random.nextBoolean()) {
        return input.read(target, position);
      }
      int count = 1 + random.nextInt(target.remaining());
      ByteBuffer slice = target.slice().limit(count);
      int read = input.read(slice, position);
      target.position(target.position() + Math.max(read, 0));
      return read;
    }

    @Override
    public void close() throws IOException {
      input.close();
    }
  }
}
