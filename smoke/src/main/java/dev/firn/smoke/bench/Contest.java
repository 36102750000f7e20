package dev.firn.smoke.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Engines that take turns, each in its own process. */
final class Contest implements Closeable {
  private final Path work;
  private final List<Entrant> entrants = new ArrayList<>();

  Contest(Path work) {
    this.work = work;
  }

  /** An engine, and a reader that runs beside it during its rounds. */
  private record Entrant(Engine engine, JobProcess process, @Nullable JobProcess reader) {}

  /**
   * @param heap the most heap that its JVM takes
   */
  Engine enter(String name, String heap, String job, Object... arguments) throws IOException {
    return add(name, start(heap, job, arguments), null);
  }

  /**
   * The same beside a reader in a third process.
   *
   * @param place what the reader reads, the first argument of the job
   */
  Engine enterWithReader(
      String name, String heap, String job, String readerJob, Path place, Object... more)
      throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(place));
    arguments.addAll(Arrays.asList(more));
    JobProcess writer = start(heap, job, arguments.toArray());
    return add(name, writer, start(heap, readerJob, place));
  }

  private JobProcess start(String heap, String job, Object... arguments) throws IOException {
    return new JobProcess(work, heap, job, Arrays.stream(arguments).map(String::valueOf).toList());
  }

  private Engine add(String name, JobProcess process, @Nullable JobProcess reader) {
    Engine engine = new Engine(name, process.command());
    entrants.add(new Entrant(engine, process, reader));
    return engine;
  }

  /** Runs the rounds, one engine after the other in each, and ends the processes. */
  List<Engine> run(Setting setting) throws IOException {
    for (int round = -setting.warmUps(); round < setting.rounds(); round++) {
      for (Entrant entrant : entrants) {
        JobProcess reader = round < 0 ? null : entrant.reader();
        if (reader != null) {
          reader.round();
        }
        Map<String, Double> figures = entrant.process().round();
        if (reader != null) {
          figures.putAll(reader.round());
        }
        setting
            .progress()
            .printf("  %s, round %d: %s%n", entrant.engine().name(), round + 1, figures);
        if (round >= 0) {
          entrant.engine().add(figures);
        }
      }
    }
    for (Entrant entrant : entrants) {
      entrant.engine().setPeakBytes(entrant.process().end());
    }
    return entrants.stream().map(Entrant::engine).toList();
  }

  @Override
  public void close() {
    for (Entrant entrant : entrants) {
      entrant.process().close();
      if (entrant.reader() != null) {
        entrant.reader().close();
      }
    }
  }
}
