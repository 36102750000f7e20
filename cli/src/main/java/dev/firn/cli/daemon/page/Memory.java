package dev.firn.cli.daemon.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What this process has of the machine's memory.
 *
 * @param residentBytes empty where the system does not say
 */
record Memory(long heapBytes, long heapLimitBytes, OptionalLong residentBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");

  static Memory now() {
    Runtime runtime = Runtime.getRuntime();
    return new Memory(
        runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory(), resident());
  }

  private static OptionalLong resident() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024);
        }
      }
      return OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
