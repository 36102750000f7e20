package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The process of one engine: {@code JobMain JOB ARGUMENTS}. It answers each line {@code round} with
 * the round's figures, and the end of its input with its peak memory, each as one line of JSON.
 */
public final class JobMain {
  static final String PEAK = "peakBytes";
  private static final ObjectMapper JSON = new ObjectMapper();

  private JobMain() {}

  public static void main(String[] arguments) throws Exception {
    // Only results go to stdout, whatever a library prints.
    PrintStream results = System.out;
    System.setOut(System.err);
    List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Job job = Jobs.create(arguments[0], rest)) {
      while (input.readLine() != null) {
        answer(results, job.round());
      }
    }
    answer(results, Map.of(PEAK, (double) peakBytes(Path.of("/proc/self/status"))));
    System.exit(0);
  }

  private static void answer(PrintStream results, Map<String, Double> figures) throws IOException {
    results.println(JSON.writeValueAsString(figures));
    results.flush();
  }

  /**
   * The most memory that a process ever had resident; 0 where the system does not tell.
   *
   * @param status of the process, below {@code /proc}
   */
  static long peakBytes(Path status) throws IOException {
    if (!Files.exists(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0;
  }
}
