package dev.firn.smoke.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * What landing asks of the disk and nothing else: create and write a file of {@value #BYTES} bytes,
 * sync it, link it, sync the directory, remove the first name. No parsing, no encoding, no lock.
 */
final class LandingFloor implements Job {
  private static final int BYTES = 4_000;

  private final Path directory;
  private final ByteBuffer content = ByteBuffer.allocateDirect(BYTES);
  private final int count;
  private long next;

  LandingFloor(Path directory, int count) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.count = count;
    while (content.hasRemaining()) {
      content.put((byte) (content.position() * 31));
    }
  }

  @Override
  public Map<String, Double> round() throws Exception {
    long first = next;
    next += count;
    return Latencies.measure((thread, number) -> land(number), first, count, 1);
  }

  private void land(long number) throws IOException {
    Path temporary = directory.resolve(".tmp-" + number);
    try (FileChannel file =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(content.rewind());
      file.force(true);
    }
    Files.createLink(directory.resolve(number + ".parquet"), temporary);
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
    Files.delete(temporary);
  }
}
