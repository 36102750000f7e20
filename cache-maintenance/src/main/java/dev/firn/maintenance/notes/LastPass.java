package dev.firn.maintenance.notes;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * {@code maintenance/last-pass.json}: when a pass over all datasets found everything as {@link
 * PassMemory} has it. A few bytes in place of all that is remembered.
 */
final class LastPass {
  private static final String FILE = "last-pass.json";
  private static final Duration SPACING = Duration.ofMinutes(10);

  /** Loaded when there is something to read or to write: that takes longer than most reads. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private LastPass() {}

  /** Empty if no pass has noted that, or what it noted cannot be read. */
  static Optional<Instant> find(Disk disk, CacheDirectory cache) {
    try {
      byte[] noted = disk.read(file(cache));
      return Optional.of(Instant.parse(Json.MAPPER.readTree(noted).path("lastPass").asText()));
    } catch (IOException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Notes a pass, unless one is noted that was less than ten minutes before. */
  static void note(Disk disk, CacheDirectory cache, Instant pass) throws IOException {
    Optional<Instant> noted = find(disk, cache);
    boolean justNow =
        noted.isPresent()
            && !pass.isBefore(noted.get())
            && pass.isBefore(noted.get().plus(SPACING));
    if (!justNow) {
      DurableFiles.replace(
          disk,
          file(cache),
          Json.MAPPER.writeValueAsBytes(
              Json.MAPPER.createObjectNode().put("version", 1).put("lastPass", pass.toString())));
    }
  }

  private static Path file(CacheDirectory cache) {
    return cache.maintenance().resolve(FILE);
  }
}
