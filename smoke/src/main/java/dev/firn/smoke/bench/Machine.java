package dev.firn.smoke.bench;

import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Where and when figures were taken.
 *
 * @param commit of the checkout that the command was built in, or {@code unknown}
 * @param load runnable threads on average over the last minute, ours included; negative if unknown
 */
record Machine(Instant time, String commit, String java, String system, int cores, double load) {

  static Machine current(FirnCommand firn) {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        Instant.now(),
        commit(firn),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        system.getSystemLoadAverage());
  }

  private static String commit(FirnCommand firn) {
    Path directory = Objects.requireNonNull(firn.executable().toAbsolutePath().getParent());
    try {
      List<String> lines =
          FirnCommand.run(
              List.of("git", "-C", directory.toString(), "describe", "--always", "--dirty"));
      return lines.isEmpty() ? "unknown" : lines.get(0);
    } catch (IOException e) {
      return "unknown";
    }
  }
}
