package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.ModelOperation.Done;
import dev.firn.maintenance.ModelRows.Row;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One cache of which rows are removed in every way that there is, each of them killed at times, or
 * with somebody appending meanwhile; and the rows that must be live, in archives, or nowhere.
 */
final class RandomRemovals {
  private static final int VERIFY_EVERY = 25;
  private static final int MOST_STEPS_TO_A_KILL = 130;

  private final Path sides;
  private final Random random;
  private final ModelCache model;
  private final Passes passes;
  private final RemovalOperations operations;
  private final List<String> steps = new ArrayList<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private Cache cache;

  RandomRemovals(Path root, Path sides, long seed) {
    this.sides = sides;
    this.random = new Random(seed);
    this.model = new ModelCache(root, random);
    this.passes = new Passes(new RecordingDisk(), root);
    this.operations = new RemovalOperations(model, passes, random);
    this.cache = open();
  }

  List<String> steps() {
    return List.copyOf(steps);
  }

  /** What was done how often. */
  Map<String, Integer> done() {
    return done;
  }

  private Cache open() {
    return Cache.open(new RecordingDisk(), model.root, passes::now, Appends.OPTIONS);
  }

  private void note(String what) {
    steps.add(steps.size() + ": " + what);
  }

  /** Does something, and checks the rows. */
  void step() throws IOException {
    int choice = model.rows.live().isEmpty() ? 0 : random.nextInt(100);
    String source = ModelCache.SOURCES.get(random.nextInt(2));
    if (choice < 36) {
      append(source);
    } else if (choice < 39) {
      note("publish");
      cache.publish();
    } else if (choice < 43) {
      foreign();
    } else if (choice < 46) {
      hold(source);
    } else if (choice < 53) {
      Duration time = Duration.ofMinutes(1 + random.nextInt(2 * 24 * 60));
      note("time passes: " + time);
      passes.advance(time);
    } else if (choice < 55) {
      note("reopen");
      cache = open();
    } else if (choice < 75) {
      perform(operations.pass());
    } else if (choice < 82) {
      perform(operations.purge());
    } else if (choice < 92) {
      perform(operations.restore(source));
    } else if (choice < 98) {
      Optional<ModelOperation> repair = operations.repair(source);
      if (repair.isPresent()) {
        perform(repair.get());
      }
    } else {
      perform(operations.drop());
    }
    if (steps.size() % VERIFY_EVERY == 0) {
      requireWhole();
    }
  }

  private void append(String source) throws IOException {
    List<Row> rows = model.newRows(source, passes.now(), false);
    note("append " + rows);
    ModelCache.append(cache, rows);
    added(rows);
  }

  private void added(List<Row> rows) throws IOException {
    Set<String> expected = model.rows.keys();
    for (Row row : rows) {
      model.rows.know(row);
      expected.add(row.key());
    }
    Set<String> found = model.found();
    if (!found.equals(expected)) {
      throw new AssertionError("appended: " + expected + "\nfound " + found);
    }
    model.become(found, Set.of());
  }

  private void foreign() throws IOException {
    if (model.live(Appends.SOURCE).isEmpty()) {
      return;
    }
    if (random.nextBoolean()) {
      Row row = Row.foreign("foreign" + steps.size(), Appends.SOURCE);
      note("foreign append of " + row.key());
      ForeignRows.append(model.root, List.of(row.key()));
      added(List.of(row));
      return;
    }
    Optional<String> key = ForeignRows.delete(model.root, random);
    if (key.isPresent()) {
      note("foreign delete of " + key.get());
      Set<String> left = model.rows.keys();
      left.remove(key.get());
      model.become(left, Set.of());
      added(List.of());
    }
  }

  private void hold(String source) throws IOException {
    if (model.live(source).isEmpty()) {
      return;
    }
    List<Row> rows = new ArrayList<>(model.newRows(source, passes.now(), false));
    List<Row> next = model.newRows(source, passes.now(), false);
    note("hold " + rows + ", then " + next);
    model.withoutCursor(source, () -> ModelCache.append(open(), rows));
    cache = open();
    ModelCache.append(cache, next);
    rows.addAll(next);
    added(rows);
  }

  /** Does it: as it should be done, or killed on the way, or while somebody appends. */
  private void perform(ModelOperation operation) throws IOException {
    boolean kill = random.nextInt(100) < 35;
    RecordingDisk disk = new RecordingDisk();
    Path side = Files.createDirectory(sides.resolve("side" + steps.size()));
    Optional<PowerLoss> loss =
        kill && random.nextBoolean()
            ? Optional.of(PowerLoss.ways(random.nextLong()).get(random.nextInt(7)))
            : Optional.empty();
    if (loss.isPresent()) {
      disk.rememberForPowerLoss(side);
    }
    Meanwhile meanwhile = new Meanwhile();
    if (kill) {
      int after = random.nextInt(MOST_STEPS_TO_A_KILL);
      note("kill after step " + after + loss.map(l -> ", " + l).orElse(""));
      disk.killAfter(after);
    } else if (operation.takesAppends() && random.nextInt(100) < 40) {
      meanwhile.appendAt(disk, random.nextInt(60));
    }
    note(operation.what());
    Set<String> before = model.rows.keys();
    @Nullable Done end = null;
    try {
      end = operation.run().run(disk);
    } catch (Killed e) {
      note("killed at " + disk.killedAt());
      operation.interrupted().run();
    }
    meanwhile.join();
    if (loss.isPresent()) {
      disk.losePower(loss.get());
    }
    CutCaches.remove(side);
    if (kill) {
      cache = open();
    }
    if (end == null) {
      operation.resume().run();
    }
    count(operation.what().split("[ ,]", 2)[0], end);
    Set<String> found = model.found();
    operation.require(before, found, meanwhile.keys(), end);
    model.become(found, meanwhile.keys());
  }

  private void count(String what, @Nullable Done end) {
    String how = end == null ? " killed" : end == Done.REFUSED ? " refused" : "";
    done.merge(what + how, 1, Integer::sum);
  }

  /** An exchange that somebody appends while something else is being done. */
  private final class Meanwhile {
    private List<Row> rows = List.of();
    private @Nullable Thread thread;
    private @Nullable IOException failure;

    void appendAt(RecordingDisk disk, int at) {
      int[] changes = {0};
      disk.failWith(
          call -> {
            boolean lock = call.path().toString().endsWith(".lock");
            if (call.changes() && !lock && changes[0]++ >= at && thread == null) {
              rows = model.newRows(Appends.SOURCE, passes.now(), true);
              rows.forEach(model.rows::know);
              note("meanwhile append " + rows);
              thread = new Thread(this::append);
              thread.start();
              Actor.awaitWaitingOrEnd(thread);
            }
          });
    }

    private void append() {
      try {
        ModelCache.append(open(), rows);
      } catch (IOException e) {
        failure = e;
      }
    }

    void join() throws IOException {
      if (thread != null) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      if (failure != null) {
        throw failure;
      }
    }

    Set<String> keys() {
      return rows.stream().map(Row::key).collect(Collectors.toSet());
    }
  }

  private void requireWhole() throws IOException {
    requireNoDamage(CutCaches.trouble(new RecordingDisk(), model.root));
  }

  /** Rows in quarantine are a warning as long as they are there, and so is the file they were. */
  private void requireNoDamage(List<String> trouble) {
    List<String> damage =
        trouble.stream()
            .filter(found -> !operations.hasRepaired() || !found.startsWith("warning "))
            .toList();
    if (!damage.isEmpty()) {
      throw new AssertionError(String.join("\n", damage));
    }
  }

  /** All that waits is done. */
  void finish() throws IOException {
    cache.close();
    Set<String> rows = model.rows.keys();
    passes.configure(Passes.CONFIG);
    for (int i = 0; i < 2; i++) {
      passes.advance(Duration.ofDays(10));
      passes.on(new RecordingDisk()).run(CutCaches.EVERYTHING);
    }
    Set<String> found = model.found();
    if (!found.equals(rows)) {
      throw new AssertionError("at the end:\nexpected " + rows + "\nfound " + found);
    }
    requireNoDamage(Verifies.trouble(Verifies.full(new RecordingDisk(), model.root)));
  }
}
