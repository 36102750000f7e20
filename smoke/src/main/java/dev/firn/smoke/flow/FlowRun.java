package dev.firn.smoke.flow;

import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs flows, one after the other, each in a directory of its own. With a real cache each works on
 * a copy, and at the end the original is compared with what it was: names, sizes, times and
 * checksums of everything in it.
 */
final class FlowRun {
  private static final int MOST_DIFFERENCES = 20;

  private final FirnCommand firn;
  private final Optional<Path> original;
  private final boolean keep;
  private final Consumer<String> progress;

  /**
   * @param keep leave the directories of flows where they are, not only those of failed ones
   * @param progress takes a line now and then
   */
  FlowRun(FirnCommand firn, Optional<Path> original, boolean keep, Consumer<String> progress) {
    this.firn = firn;
    this.original = original;
    this.keep = keep;
    this.progress = progress;
  }

  /**
   * What came of all.
   *
   * @param changes what changed in the original meanwhile
   */
  record Report(List<FlowResult> results, Optional<Path> original, List<String> changes) {
    boolean green() {
      return changes.isEmpty() && results.stream().allMatch(r -> r.failure().isEmpty());
    }
  }

  Report run(List<Flow> flows) throws IOException {
    Map<String, String> before = listing();
    List<FlowResult> results = new ArrayList<>();
    for (Flow flow : flows) {
      FlowResult result = run(flow);
      results.add(result);
      progress.accept(
          "%s  %s  %.1f s"
              .formatted(
                  result.failure().isEmpty() ? "ok    " : "FAILED",
                  flow.name(),
                  result.elapsedMillis() / 1e3));
      result.failure().ifPresent(why -> why.lines().forEach(line -> progress.accept("  " + line)));
      result.directory().ifPresent(path -> progress.accept("  its caches are in " + path));
    }
    List<String> changes = Trees.differences(before, listing());
    return new Report(
        results, original, changes.subList(0, Math.min(changes.size(), MOST_DIFFERENCES)));
  }

  private Map<String, String> listing() throws IOException {
    return original.isPresent() ? Trees.listing(original.get()) : Map.of();
  }

  private FlowResult run(Flow flow) throws IOException {
    Path work = Files.createTempDirectory("firn-smoke-" + flow.name());
    long started = System.nanoTime();
    Optional<String> failure;
    try (Stage stage = new Stage(firn, work, original)) {
      flow.steps().run(stage);
      failure = Optional.empty();
    } catch (FlowFailure e) {
      failure = Optional.ofNullable(e.getMessage());
    } catch (IOException | UncheckedIOException e) {
      failure = Optional.of("cannot go on: " + e);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    boolean kept = keep || failure.isPresent();
    if (!kept) {
      Trees.remove(work);
    }
    return new FlowResult(flow, millis, failure, kept ? Optional.of(work) : Optional.empty());
  }
}
