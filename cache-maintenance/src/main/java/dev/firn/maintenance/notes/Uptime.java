package dev.firn.maintenance.notes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How long the machine has been running, and which of its runs this is: a clock that nobody sets.
 *
 * @param bootId different after each start of the machine
 */
public record Uptime(String bootId, Duration sinceBoot) {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path SINCE_BOOT = Path.of("/proc/uptime");

  /** Of this machine; empty where the operating system does not tell. */
  public static Optional<Uptime> ofThisMachine() {
    try {
      String seconds = Files.readString(SINCE_BOOT).split(" ", 2)[0];
      return Optional.of(
          new Uptime(
              Files.readString(BOOT_ID).strip(),
              Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000))));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
