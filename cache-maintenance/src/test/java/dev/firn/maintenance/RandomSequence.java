package dev.firn.maintenance;

import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.append.Appends;
import dev.firn.core.append.Receipt;
import dev.firn.core.append.ReceiptLedger;
import dev.firn.core.append.ReusedIdException;
import dev.firn.core.cache.Cache;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** One cache to which a random thing happens at each step, and the rows that it must hold. */
final class RandomSequence {
  private static final int MOST_STEPS_TO_A_KILL = 140;
  private static final int VERIFY_EVERY = 20;

  /** An exchange with an id of its caller's. */
  private record Given(Instant at, String where, String rowId) {}

  private interface Work {
    void run() throws IOException;
  }

  private final Path root;
  private final Path sides;
  private final Random random;
  private final List<String> steps = new ArrayList<>();
  private final TreeSet<String> rows = new TreeSet<>();
  private final Map<String, Given> given = new TreeMap<>();
  private RecordingDisk disk = new RecordingDisk();
  private Passes passes;
  private Cache cache;
  private Instant latest;
  private List<String> unknown = List.of();
  private int exchanges;
  private int columns;

  RandomSequence(Path root, Path sides, long seed) {
    this.root = root;
    this.sides = sides;
    this.random = new Random(seed);
    this.passes = new Passes(disk, root);
    this.latest = passes.now();
    this.cache = open();
  }

  List<String> steps() {
    return List.copyOf(steps);
  }

  String rows() {
    return rows.size() + " rows, " + given.size() + " given ids";
  }

  private Cache open() {
    Passes clock = passes;
    return Cache.open(disk, root, clock::now, Appends.OPTIONS);
  }

  /** Does something and checks the rows; returns what it was. */
  String step() throws IOException {
    int choice = rows.isEmpty() ? 0 : random.nextInt(100);
    String what;
    if (choice < 28) {
      what = "append";
      note(what);
      append("");
    } else if (choice < 36) {
      what = "append with an id";
      note(what);
      appendGiven("id-" + given.size());
    } else if (choice < 44) {
      what = "repeat";
      note(what);
      appendGiven("id-" + random.nextInt(given.size() + 1));
    } else if (choice < 48) {
      what = "append to a new column";
      note(what);
      append(", \"c" + random.nextInt(++columns) + "\": " + random.nextInt(3));
    } else if (choice < 55) {
      what = "publish";
      note(what);
      cache.publish();
    } else if (choice < 60) {
      what = "reopen";
      note(what);
      if (random.nextBoolean()) {
        cache.close();
      }
      cache = open();
    } else if (choice < 70) {
      what = "pass";
      pass(true);
    } else if (choice < 77) {
      what = "clock";
      clock();
    } else if (choice < 92) {
      what = "kill";
      kill();
    } else if (choice < 94) {
      what = "hold";
      hold();
    } else if (choice < 97) {
      what = "foreign append";
      note(what);
      List<String> keys = List.of("foreign" + exchanges++ + "/0");
      ForeignRows.append(root, keys);
      rows.addAll(keys);
    } else {
      what = "foreign delete";
      ForeignRows.delete(root, random)
          .ifPresent(
              key -> {
                note("foreign delete of " + key);
                rows.remove(key);
              });
    }
    requireRows();
    if (steps.size() % VERIFY_EVERY == 0) {
      requireWhole();
    }
    return what;
  }

  private void note(String what) {
    steps.add(steps.size() + ": " + what);
  }

  private static List<String> keys(String id, int count) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(id + "/" + i);
    }
    return keys;
  }

  private void append(String more) throws IOException {
    String id = "e" + exchanges++;
    int count = 1 + random.nextInt(4);
    unknown = keys(id, count);
    try {
      JsonExchange exchange = parse(Appends.exchange(id, count, more));
      Appends.writer(cache).append(exchange);
      rows.addAll(unknown);
    } catch (CommitStateUnknown e) {
      return;
    }
    unknown = List.of();
  }

  /**
   * If something was appended under the id before and its window is not over, nothing may land: the
   * same again gets the first receipt, and something else is refused.
   */
  private void appendGiven(String id) throws IOException {
    Given first = given.get(id);
    boolean known =
        first != null && Duration.between(first.at(), latest).compareTo(ReceiptLedger.WINDOW) < 0;
    boolean again = known && random.nextBoolean();
    String rowId = again ? first.rowId() : "g" + exchanges++;
    unknown = again ? List.of() : keys(rowId, 1);
    Receipt receipt;
    try {
      receipt = Appends.writer(cache).append(parse(Appends.exchange(rowId, 1)), id);
    } catch (ReusedIdException e) {
      if (first == null || again) {
        throw e;
      }
      unknown = List.of();
      return;
    }
    if (known && !(again && receipt.where().equals(first.where()))) {
      throw new AssertionError(id + " landed twice: " + first + ", " + receipt);
    }
    if (!again) {
      rows.addAll(unknown);
      unknown = List.of();
      given.put(id, new Given(passes.now(), receipt.where(), rowId));
    }
  }

  private static JsonExchange parse(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    try {
      return JsonExchange.parse(bytes, 0, bytes.length);
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  private void pass(boolean noted) throws IOException {
    passes.configure(Passes.config(random.nextBoolean() ? Prove.CONTENT : Prove.COUNTS));
    PassOptions options =
        new PassOptions(
            List.of(),
            false,
            random.nextInt(4) != 0,
            Steps.values()[random.nextInt(5) % 3],
            Optional.empty(),
            false,
            random.nextInt(3) == 0);
    if (noted) {
      note("pass " + options);
    }
    PassReport report = passes.on(disk).run(options);
    for (PartitionReport partition : report.partitions()) {
      if (partition.outcome() != Outcome.COMPACTED && partition.outcome() != Outcome.SKIPPED) {
        throw new AssertionError(partition.outcome() + ": " + partition.reason());
      }
    }
  }

  private void clock() {
    Duration jump = Duration.ofMinutes(1 + random.nextInt(3 * 24 * 60));
    switch (random.nextInt(3)) {
      case 0 -> {
        note("time passes: " + jump);
        passes.advance(jump);
      }
      case 1 -> {
        note("the clock is set forward by " + jump);
        passes.setWallClock(passes.now().plus(jump));
      }
      default -> {
        note("the clock is set back by " + jump);
        passes.setWallClock(passes.now().minus(jump));
      }
    }
    latest = latest.isBefore(passes.now()) ? passes.now() : latest;
  }

  /** A process dies, or the power fails, at some step of what it does. */
  private void kill() throws IOException {
    RecordingDisk before = disk;
    RecordingDisk dying = new RecordingDisk();
    Path side = Files.createDirectory(sides.resolve("side" + steps.size()));
    dying.rememberForPowerLoss(side);
    disk = dying;
    cache = open();
    boolean pass = random.nextInt(3) != 0;
    int after = random.nextInt(pass ? MOST_STEPS_TO_A_KILL : 20);
    Optional<PowerLoss> loss =
        random.nextBoolean()
            ? Optional.of(PowerLoss.ways(random.nextLong()).get(random.nextInt(7)))
            : Optional.empty();
    note("kill a " + (pass ? "pass" : "writer") + " after step " + after + ", " + loss);
    dying.killAfter(after);
    Work work = pass ? () -> pass(false) : this::appendAndPublish;
    try {
      work.run();
    } catch (Killed e) {
      steps.set(steps.size() - 1, steps.get(steps.size() - 1) + ", at " + dying.killedAt());
    }
    if (loss.isPresent()) {
      dying.losePower(loss.get());
    }
    CutCaches.remove(side);
    disk = before;
    cache = open();
  }

  private void appendAndPublish() throws IOException {
    append(random.nextInt(4) == 0 ? ", \"c" + ++columns + "\": true" : "");
    cache.publish();
  }

  /** While the cursor cannot be read; then it can be again. */
  private void hold() throws IOException {
    note("hold");
    Path cursor = root.resolve(Appends.PARTITION).resolve(PartitionFiles.CURSOR);
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    cache = open();
    append("");
    append("");
    Files.write(cursor, valid);
    cache = open();
    append("");
  }

  private void requireRows() throws IOException {
    List<String> found = Appends.keys(new RecordingDisk(), root);
    if (!unknown.isEmpty() && found.contains(unknown.get(0))) {
      rows.addAll(unknown);
    }
    unknown = List.of();
    List<String> expected = new ArrayList<>(rows);
    if (!found.equals(expected)) {
      List<String> missing = new ArrayList<>(expected);
      missing.removeAll(found);
      List<String> more = new ArrayList<>(found);
      expected.forEach(more::remove);
      throw new AssertionError("missing " + missing + ", too many " + more);
    }
  }

  private void requireWhole() throws IOException {
    List<String> trouble = CutCaches.trouble(new RecordingDisk(), root);
    if (!trouble.isEmpty()) {
      throw new AssertionError(String.join("\n", trouble));
    }
  }

  /** All that waits is done; nothing is left over. */
  void finish() throws IOException {
    cache.close();
    passes.advance(Duration.ofDays(10));
    for (int i = 0; i < 2; i++) {
      passes.on(new RecordingDisk()).run(CutCaches.EVERYTHING);
      passes.advance(Duration.ofDays(10));
    }
    requireRows();
    List<String> trouble = Verifies.trouble(Verifies.full(new RecordingDisk(), root));
    if (!trouble.isEmpty()) {
      throw new AssertionError(String.join("\n", trouble));
    }
  }
}
