package dev.firn.maintenance;

import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.report.PartitionReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A forced pass in a process of its own, with a heap and limits of its own. */
final class PassProcess {
  private static final int EXPECTED_SECONDS = 600;

  private PassProcess() {}

  /**
   * How it ended.
   *
   * @param text all that it said, its peaks of memory among that
   */
  record Result(int exitCode, String text) {}

  /**
   * Runs a pass with {@code prove: content}.
   *
   * @param limit put before the command by the shell, for example {@code ulimit -n 256;}
   */
  static Result run(Path root, String limit, String... jvmArguments)
      throws IOException, InterruptedException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of(jvmArguments));
    java.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    java.add(
        "-Djava.util.logging.config.file="
            + System.getProperty("java.util.logging.config.file", ""));
    java.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            PassProcess.class.getName(),
            root.toString()));
    List<String> command = new ArrayList<>(List.of("bash", "-c", limit + " exec \"$0\" \"$@\""));
    command.addAll(java);
    Path log = Files.createTempFile(root.getParent(), "pass", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(EXPECTED_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Result(process.waitFor(), Files.readString(log));
  }

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Passes passes = new Passes(new LocalDisk(), root);
    ManyRowsTest.Task.named(System.getProperty("task", "")).ifPresent(passes::configure);
    for (PartitionReport report : passes.forced().partitions()) {
      System.out.println("dropped " + report.dropped());
      System.out.println(report.outcome() + " " + report.rowsAfter() + " rows: " + report.reason());
    }
    System.out.println(peaks());
  }

  private static String peaks() throws IOException {
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    String resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmHWM"))
            .findFirst()
            .orElse("");
    return "peak heap "
        + (heap >> 20)
        + " MB, peak resident "
        + resident.replaceAll("\\D+", "")
        + " kB";
  }
}
