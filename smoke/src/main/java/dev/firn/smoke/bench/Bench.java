package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code firn-smoke bench}: runs benchmarks and prints what they found. */
public final class Bench {
  private final FirnCommand firn;
  private final PrintStream out;
  private final PrintStream progress;

  public Bench(FirnCommand firn, PrintStream out, PrintStream progress) {
    this.firn = firn;
    this.out = out;
    this.progress = progress;
  }

  /**
   * @return whether all targets were met, or nobody asked
   * @throws IllegalArgumentException naming what is wrong with the arguments
   */
  public boolean run(List<String> arguments) throws IOException {
    BenchOptions options = BenchOptions.parse(arguments);
    Map<String, Benchmark> benchmarks = Benchmarks.all();
    List<String> names =
        options.name().equals("all") ? List.copyOf(benchmarks.keySet()) : List.of(options.name());
    Path work = Files.createTempDirectory("firn-bench");
    List<Outcome> outcomes = new ArrayList<>();
    try {
      for (String name : names) {
        progress.println(name);
        Path own = Files.createDirectory(work.resolve(name));
        Setting setting = new Setting(firn, own, options.scale(), options.rounds(), 1, progress);
        Outcome outcome = run(benchmarks, name, setting);
        print(outcome);
        outcomes.add(outcome);
        Trees.remove(own);
      }
    } finally {
      Trees.remove(work);
    }
    if (options.json().isPresent()) {
      byte[] json =
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsBytes(BenchJson.of(options, Machine.current(firn), outcomes));
      Files.write(options.json().get(), json);
    }
    return !options.check()
        || outcomes.stream().flatMap(o -> o.targets().stream()).allMatch(Target::isMet);
  }

  private static Outcome run(Map<String, Benchmark> benchmarks, String name, Setting setting)
      throws IOException {
    Benchmark benchmark = benchmarks.get(name);
    if (benchmark == null) {
      throw new AssertionError(name);
    }
    try {
      return benchmark.run(setting);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(name + ": " + e, e);
    }
  }

  private void print(Outcome outcome) {
    out.printf("%n%s: %s%n", outcome.benchmark(), outcome.input());
    for (Engine engine : outcome.engines()) {
      out.printf("  %-34s", engine.name());
      engine.medians().forEach((name, value) -> out.print(" " + name + " " + number(value)));
      if (engine.peakBytes() > 0) {
        out.printf(Locale.ROOT, " peak %.0f MB", engine.peakBytes() / 1e6);
      }
      out.println();
    }
    outcome.targets().forEach(target -> out.println("  " + target.text()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.3g", value);
  }
}
