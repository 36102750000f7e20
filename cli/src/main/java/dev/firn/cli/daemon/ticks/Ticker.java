package dev.firn.cli.daemon.ticks;

import dev.firn.cli.config.Config;
import dev.firn.cli.daemon.ingest.Intake;
import dev.firn.cli.daemon.life.DaemonFiles;
import dev.firn.cli.failure.Failure;
import dev.firn.cli.session.Environment;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.report.PassReport;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs passes in a thread of its own, one at a time: when {@link NextRun} says, and when somebody
 * asks. Appends land beside a pass; they meet it in the milliseconds of a swap, on the disk ({@link
 * SteadyDisk}), and at the processors. There its threads have the least priority, which they hand
 * on to those that they start; the command has Java tell Linux of it, which it does not by itself.
 *
 * <p>A pass that is under way when the daemon ends is abandoned: what it was building goes with a
 * later sweep, as after a kill.
 */
public final class Ticker implements Intake, Closeable {
  private static final Logger LOG = Logger.getLogger(Ticker.class.getName());
  private static final long LONGEST_WAIT_MILLIS = 5_000;

  private final Environment environment;
  private final CacheDirectory cache;
  private final DaemonFiles files;
  private final Supplier<Config> config;
  private final InstantSource clock;
  private final Instant started;
  private final Duration jitter;
  private final PileUp pileUp = new PileUp();
  private final DiskGuard disk;
  private final Thread thread;
  private final Object monitor = new Object();
  private boolean stopping;
  private Optional<Instant> last;
  private Optional<Instant> ended = Optional.empty();
  private Optional<LastPass> lastPass;
  private @Nullable Running running;
  private @Nullable List<String> wanted;

  /**
   * A pass under way.
   *
   * @param partition that it works on, empty before the first
   */
  public record Running(Instant since, String why, String partition) {}

  public Ticker(
      Environment environment, CacheDirectory cache, Supplier<Config> config, Duration jitter) {
    this.environment = environment;
    this.cache = cache;
    this.files = DaemonFiles.of(cache);
    this.config = config;
    this.clock = environment.clock();
    this.started = clock.instant();
    this.jitter = jitter;
    this.disk =
        new DiskGuard(
            environment.disk(),
            cache.root(),
            () -> config.get().maintenance().minFreeBytes(),
            System::nanoTime);
    this.last = PassMemory.load(environment.disk(), cache).lastPass().flatMap(Ticker::instant);
    this.lastPass = LastPass.find(environment.disk(), files);
    this.thread = new Thread(this::loop, "firn-maintenance");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  private static Optional<Instant> instant(String iso) {
    try {
      return Optional.of(Instant.parse(iso));
    } catch (java.time.format.DateTimeParseException e) {
      return Optional.empty();
    }
  }

  public void start() {
    thread.start();
  }

  /** When the next pass begins by itself, and why then. */
  public NextRun next() {
    synchronized (monitor) {
      return NextRun.decide(
          config.get().ticks(), new NextRun.Known(started, jitter, last, ended, early()));
    }
  }

  private Optional<String> early() {
    Optional<String> lowDisk = disk.passNeeded();
    return lowDisk.isPresent()
        ? lowDisk
        : pileUp.early(config.get().maintenance().compactFileCount());
  }

  public Optional<LastPass> lastPass() {
    synchronized (monitor) {
      return lastPass;
    }
  }

  public Optional<Running> running() {
    synchronized (monitor) {
      return Optional.ofNullable(running);
    }
  }

  /** Which writers are slowed and why; empty if none are. */
  public Optional<String> slowed() {
    return pileUp.slowed(config.get().maintenance().compactFileCount());
  }

  /** What can be written to the disk. */
  public long freeBytes() {
    return disk.freeBytes();
  }

  /**
   * Asks for a pass now.
   *
   * @param datasets only these; all if empty
   * @return false if one is under way or asked for already
   */
  public boolean request(List<String> datasets) {
    synchronized (monitor) {
      if (stopping || running != null || wanted != null) {
        return false;
      }
      wanted = List.copyOf(datasets);
      monitor.notifyAll();
      return true;
    }
  }

  /** Says what a pass would do now. */
  public PassReport dryRun(List<String> datasets) throws IOException {
    return pass(options(datasets, true, Optional.empty()), new PassListener() {});
  }

  /** What it goes by has changed: it looks again. */
  public void wake() {
    synchronized (monitor) {
      monitor.notifyAll();
    }
  }

  private void loop() {
    try {
      while (true) {
        Job job = await();
        if (job == null) {
          return;
        }
        run(job);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Job(List<String> datasets, String why, Optional<Duration> budget) {}

  /** The next thing to do, when it is time; null when it is over. */
  private @Nullable Job await() throws InterruptedException {
    synchronized (monitor) {
      while (!stopping) {
        if (wanted != null) {
          Job job = new Job(wanted, "asked for", Optional.empty());
          wanted = null;
          running = new Running(clock.instant(), job.why(), "");
          return job;
        }
        NextRun next = next();
        long wait =
            next.at().map(at -> Duration.between(clock.instant(), at).toMillis()).orElse(1L << 40);
        if (wait <= 0) {
          running = new Running(clock.instant(), next.why(), "");
          return new Job(List.of(), next.why(), Optional.of(config.get().ticks().budget()));
        }
        monitor.wait(Math.min(wait, LONGEST_WAIT_MILLIS));
      }
      return null;
    }
  }

  private void run(Job job) {
    Instant began = clock.instant();
    long beganNanos = System.nanoTime();
    LOG.log(Level.INFO, "a pass begins: {0}", job.why());
    pileUp.passBegins();
    LastPass result;
    try {
      PassReport report =
          pass(
              options(job.datasets(), false, job.budget()),
              new PassListener() {
                @Override
                public void started(Partition partition, int index, int count) {
                  synchronized (monitor) {
                    running = new Running(began, job.why(), partition.path());
                  }
                }
              });
      pileUp.passEnded(report);
      result = LastPass.of(report, job.why(), began);
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.WARNING, "a pass failed", e);
      long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
      result = LastPass.failed(job.why(), began, elapsed, Failure.of(e).message());
    }
    LOG.log(
        Level.INFO,
        "a pass has ended: {0}",
        result.document().path("outcome").asText() + " " + result.document().path("totals"));
    disk.passEnded();
    try {
      result.save(environment.disk(), files);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "what the pass did cannot be written down: {0}", e.toString());
    }
    synchronized (monitor) {
      last = Optional.of(began);
      ended = Optional.of(clock.instant());
      lastPass = Optional.of(result);
      running = null;
      monitor.notifyAll();
    }
  }

  private static PassOptions options(
      List<String> datasets, boolean dryRun, Optional<Duration> budget) {
    return new PassOptions(datasets, dryRun, false, PassOptions.Steps.ALL, budget, false, false);
  }

  private PassReport pass(PassOptions options, PassListener listener) throws IOException {
    return environment
        .maintenance()
        .run(
            new SteadyDisk(environment.disk()),
            cache,
            config.get().maintenance(),
            clock,
            "daemon",
            options,
            listener);
  }

  @Override
  public Optional<String> diskProblem() {
    Optional<String> problem = disk.problem(config.get().ticks().enabled());
    if (problem.isEmpty() && disk.isLow()) {
      wake();
    }
    return problem;
  }

  @Override
  public Duration slowdown(String partitionPath) {
    return config.get().ticks().enabled()
        ? pileUp.slowdown(partitionPath, config.get().maintenance().compactFileCount())
        : Duration.ZERO;
  }

  @Override
  public void landed(String partitionPath, String where, boolean held) {
    if (!held) {
      pileUp.landed(partitionPath, where);
    }
  }

  /** Waits until no pass is under way; false if that took longer. */
  public boolean finish(Duration patience) throws InterruptedException {
    close();
    thread.join(Math.max(1, patience.toMillis()));
    return !thread.isAlive();
  }

  /** Begins no more passes. */
  @Override
  public void close() {
    synchronized (monitor) {
      stopping = true;
      monitor.notifyAll();
    }
  }
}
