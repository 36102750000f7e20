package dev.firn.maintenance.soak;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.Receipt;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.rows.JsonExchange;
import dev.firn.maintenance.MaintenancePass;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.TestConfig;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.report.PassReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the processes of {@link KillSoakTest} do, each until it is killed or no longer wanted. */
final class SoakProcess {
  static final Duration RETIRED_GRACE = Duration.ofSeconds(3);
  static final Duration ORPHAN_GRACE = Duration.ofSeconds(5);

  private static final int EXCHANGES_A_CACHE = 60;
  private static final long IN_DOUBT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Disk disk = new LocalDisk();
  private final Path directory;
  private final SoakEvents events;

  private SoakProcess(Path directory, String name) {
    this.directory = directory;
    this.events = new SoakEvents(directory, name);
  }

  static Path root(Path directory) {
    return directory.resolve("cache");
  }

  /** While it is there, processes go on. */
  static Path wanted(Path directory) {
    return directory.resolve("wanted");
  }

  public static void main(String[] arguments) {
    try {
      Path directory = Path.of(arguments[0]);
      int number = Integer.parseInt(arguments[2]);
      SoakProcess process = new SoakProcess(directory, arguments[1] + "-" + number);
      switch (arguments[1]) {
        case "append" -> process.append(number);
        case "maintain" -> process.maintain();
        case "read" -> process.read();
        case "all" -> process.all();
        default -> throw new IllegalArgumentException(arguments[1]);
      }
    } catch (Exception | Error e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  /** A little of everything, so that the classes for it are loaded; in a cache of its own. */
  private void all() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("warm"));
    SoakProcess process = new SoakProcess(elsewhere, "all");
    Files.createFile(wanted(elsewhere));
    try (SoakLedger ledger = SoakLedger.open(SoakExchanges.ledger(elsewhere, 0));
        Cache cache = Cache.open(root(elsewhere))) {
      for (int number = 0; number < 8; number++) {
        ledger.begin(number);
        process.appendUntilKnown(cache, ledger, 0, number);
        cache.publish();
      }
    }
    process.pass();
    process.check(0, SoakSnapshot.none());
  }

  private boolean isWanted() {
    return Files.exists(wanted(directory));
  }

  /** Goes on where a killed one was: an exchange with a key is repeated, one without is not. */
  private void append(int appender) throws Exception {
    Path path = SoakExchanges.ledger(directory, appender);
    Map<Integer, SoakLedger.Entry> before = SoakLedger.read(path);
    int next = before.keySet().stream().mapToInt(n -> n + 1).max().orElse(0);
    AppendOptions options =
        new AppendOptions(
            Map.of(), SnapshotPolicy.defaults(), Duration.ofMillis(100), "soak " + appender);
    try (SoakLedger ledger = SoakLedger.open(path)) {
      for (SoakLedger.Entry entry : before.values()) {
        if (!entry.isDone() && entry.number() == next - 1) {
          events.add("appends interrupted");
          if (SoakExchanges.isKeyed(entry.number())) {
            next--;
          }
        }
      }
      while (isWanted()) {
        try (Cache cache = Cache.open(disk, root(directory), InstantSource.system(), options)) {
          for (int i = 0; i < EXCHANGES_A_CACHE && isWanted(); i++) {
            if (!before.containsKey(next)) {
              ledger.begin(next);
            }
            appendUntilKnown(cache, ledger, appender, next++);
          }
        } catch (CommitStateUnknown | LeaseUnavailable e) {
          events.add("publishing failed on close: " + e.getClass().getSimpleName());
        }
      }
    }
  }

  private void appendUntilKnown(Cache cache, SoakLedger ledger, int appender, int number)
      throws Exception {
    byte[] json = SoakExchanges.json(appender, number).getBytes(StandardCharsets.UTF_8);
    JsonExchange exchange = JsonExchange.parse(json, 0, json.length);
    CacheWriter writer =
        cache.writer(
            SoakExchanges.DATASET, SoakExchanges.SOURCES.get(SoakExchanges.source(number)));
    boolean keyed = SoakExchanges.isKeyed(number);
    while (true) {
      try {
        Receipt receipt =
            keyed
                ? writer.append(exchange, SoakExchanges.key(appender, number))
                : writer.append(exchange);
        ledger.done(number, receipt.held());
        return;
      } catch (CommitStateUnknown | LeaseUnavailable e) {
        events.add("appends failed: " + e.getClass().getSimpleName());
        if (!keyed || !isWanted()) {
          return;
        }
      }
    }
  }

  /** Two cores are few for eight processes. */
  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
  }

  static MaintenanceConfig config() {
    return TestConfig.usual()
        .targetFileBytes(512 << 10)
        .grace(RETIRED_GRACE, ORPHAN_GRACE)
        .prove(Prove.CONTENT)
        .build();
  }

  static PassOptions forced() {
    return new PassOptions(List.of(), false, true, Steps.ALL, Optional.empty(), false, false);
  }

  private void maintain() throws Exception {
    while (isWanted()) {
      pass();
      pause();
    }
  }

  private void pass() throws Exception {
    PassReport report =
        new MaintenancePass(
                disk,
                new CacheDirectory(disk, root(directory)),
                config(),
                InstantSource.system(),
                "soak")
            .run(forced(), new PassListener() {});
    events.add("passes");
    for (var partition : report.partitions()) {
      switch (partition.outcome()) {
        case COMPACTED -> events.add("swaps");
        case HELD -> events.add("partitions held by another maintainer");
        case FAILED -> {
          events.add("partitions failed");
          System.out.println("FAILED: " + partition.reason());
        }
        case UNREADABLE -> events.add("partitions in doubt");
        case SKIPPED -> {
          continue;
        }
      }
    }
    for (PassReport.Removed removed : report.removed()) {
      events.add(
          removed.why().startsWith("retired") ? "retired generations removed" : "litter removed");
    }
  }

  private void read() throws Exception {
    List<SoakSnapshot> earlier = new ArrayList<>();
    SoakExchanges.SOURCES.forEach(source -> earlier.add(SoakSnapshot.none()));
    while (isWanted()) {
      for (int source = 0; source < SoakExchanges.SOURCES.size(); source++) {
        SoakSnapshot seen = check(source, earlier.get(source));
        events.add("reads");
        pause();
        if (seen.exchanges() > earlier.get(source).exchanges()) {
          events.add("reads that saw more than the one before");
        }
        earlier.set(source, seen);
      }
    }
  }

  private SoakSnapshot check(int source, SoakSnapshot earlier) throws Exception {
    long deadline = System.nanoTime() + IN_DOUBT_NANOS;
    while (true) {
      long began = System.nanoTime();
      PartitionState state =
          new PartitionInspector(disk)
              .inspect(SoakExchanges.partition(disk, root(directory), source));
      if (state instanceof Unreadable unreadable) {
        if (began - deadline > 0) {
          throw new IOException("in doubt for too long: " + unreadable.reason());
        }
        events.add("reads that found the partition in doubt");
        pause();
        continue;
      }
      SoakSnapshot seen;
      try {
        seen = state instanceof Live live ? SoakSnapshot.read(disk, live) : SoakSnapshot.none();
      } catch (GenerationRemoved | CommitConflict e) {
        events.add("reads begun again: " + e.getClass().getSimpleName());
        continue;
      }
      List<String> problems = new ArrayList<>(seen.problems(directory, source, began));
      problems.addAll(seen.lost(earlier));
      if (!problems.isEmpty()) {
        throw new IOException(SoakExchanges.SOURCES.get(source) + ": " + problems);
      }
      return seen;
    }
  }
}
