package dev.firn.smoke.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures work in this process: wall time, and the CPU time of all its threads. */
final class Timed {
  static final String SECONDS = "seconds";
  static final String CPU_SECONDS = "cpuSeconds";

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Timed() {}

  /** The work to be measured. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /** {@value #SECONDS} and {@value #CPU_SECONDS} of the work, in a map for more. */
  static Map<String, Double> run(Work work) throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long started = System.nanoTime();
    work.run();
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(SECONDS, (System.nanoTime() - started) / 1e9);
    figures.put(CPU_SECONDS, (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
    return figures;
  }

  /** The value that this share of the values does not exceed: 0.5 for the median. */
  static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    int low = (int) Math.floor(last * share);
    int high = (int) Math.ceil(last * share);
    return (sorted[low] + sorted[high]) / 2;
  }
}
