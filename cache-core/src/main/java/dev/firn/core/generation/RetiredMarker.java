package dev.firn.core.generation;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.layout.SwapTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * {@code .retired} in a generation: since when it is superseded. Written by the holder of the
 * commit lock, after the cursor that names the successor is durable.
 *
 * @param since when, or empty if the file is there and says nothing that can be understood
 */
public record RetiredMarker(Optional<Instant> since) {

  /** Empty if there is no marker. */
  public static Optional<RetiredMarker> find(Disk disk, Path generation) throws IOException {
    Path file = generation.resolve(PartitionFiles.RETIRED);
    Optional<FileStat> stat = disk.stat(file);
    if (stat.isEmpty()) {
      return Optional.empty();
    }
    if (!stat.get().isFile()) {
      return Optional.of(new RetiredMarker(Optional.empty()));
    }
    try {
      String text = new String(disk.read(file), StandardCharsets.UTF_8).strip();
      return Optional.of(new RetiredMarker(Optional.of(Instant.parse(text))));
    } catch (DateTimeParseException e) {
      return Optional.of(new RetiredMarker(Optional.empty()));
    }
  }

  /** Writes or replaces the marker. */
  public static void write(Disk disk, Path generation, Instant since) throws IOException {
    DurableFiles.replace(
        disk,
        generation.resolve(PartitionFiles.RETIRED),
        SwapTime.format(since).getBytes(StandardCharsets.UTF_8));
  }
}
