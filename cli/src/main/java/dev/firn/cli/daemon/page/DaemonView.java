package dev.firn.cli.daemon.page;

import dev.firn.cli.config.Config;
import dev.firn.cli.daemon.http.HttpService;
import dev.firn.cli.daemon.ingest.ByteBudget;
import dev.firn.cli.daemon.ingest.Reception;
import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.OtherWriters;
import dev.firn.cli.daemon.ticks.LastPass;
import dev.firn.cli.daemon.ticks.Ticker;
import dev.firn.cli.failure.Failure;
import dev.firn.cli.session.Environment;
import dev.firn.cli.text.Counted;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What there is to tell of a daemon and its cache, for all who tell it. */
public final class DaemonView {
  /** Looking at every partition costs; who asks more often is told the same. */
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Environment environment;
  private final CacheDirectory cache;
  private final Supplier<Config> config;
  private final Supplier<Optional<String>> configProblem;
  private final BooleanSupplier stopping;
  final Ledger ledger;
  final OtherWriters others;
  final ByteBudget buffer;
  final Reception reception;
  final Ticker ticker;
  private volatile @Nullable HttpService http;
  private final Object lock = new Object();
  private @Nullable Looked looked;

  /**
   * @param after the last pass then: one that ended since has changed things
   */
  private record Looked(CacheStatus status, String failure, Optional<LastPass> after, long nanos) {}

  /**
   * @param configProblem why the configuration on the disk is not the one in effect
   */
  public DaemonView(
      Environment environment,
      CacheDirectory cache,
      Supplier<Config> config,
      Supplier<Optional<String>> configProblem,
      BooleanSupplier stopping,
      Ledger ledger,
      OtherWriters others,
      ByteBudget buffer,
      Reception reception,
      Ticker ticker) {
    this.environment = environment;
    this.cache = cache;
    this.config = config;
    this.configProblem = configProblem;
    this.stopping = stopping;
    this.ledger = ledger;
    this.others = others;
    this.buffer = buffer;
    this.reception = reception;
    this.ticker = ticker;
  }

  /** Says where it listens, once it does. */
  public void listening(HttpService service) {
    http = service;
  }

  String root() {
    return cache.root().toString();
  }

  /** Room on the disk that is kept for passes; 0 if none is. */
  long reserveBytes() throws IOException {
    return new Reserve(environment.disk(), cache).bytes();
  }

  String address() {
    HttpService service = http;
    return service == null ? "" : service.address();
  }

  int connections() {
    HttpService service = http;
    return service == null ? 0 : service.connections();
  }

  Config config() {
    return config.get();
  }

  Instant now() {
    return environment.clock().instant();
  }

  boolean isStopping() {
    return stopping.getAsBoolean();
  }

  List<String> datasets() throws IOException {
    return cache.datasets();
  }

  /** The partitions; nothing, and a reason, if they cannot be listed. */
  CacheStatus cacheStatus() {
    return look().status();
  }

  private Looked look() {
    synchronized (lock) {
      Looked known = looked;
      Optional<LastPass> last = ticker.lastPass();
      if (known != null
          && known.after().equals(last)
          && System.nanoTime() - known.nanos() < KEPT_NANOS) {
        return known;
      }
      Looked fresh;
      try {
        CacheStatus status =
            environment
                .maintenance()
                .status(
                    environment.disk(),
                    cache,
                    config.get().maintenance(),
                    environment.clock(),
                    List.of());
        fresh = new Looked(status, "", last, System.nanoTime());
      } catch (IOException | RuntimeException e) {
        fresh = new Looked(CacheStatus.empty(), Failure.of(e).message(), last, System.nanoTime());
      }
      looked = fresh;
      return fresh;
    }
  }

  /** Why it is not ready to take appends; empty if it is. */
  Optional<String> notReady() {
    if (isStopping()) {
      return Optional.of("the daemon is ending");
    }
    return ticker.diskProblem();
  }

  /** What somebody should look at, the gravest first. */
  List<String> attention() {
    List<String> lines = new ArrayList<>();
    notReady().ifPresent(lines::add);
    Looked known = look();
    if (!known.failure().isEmpty()) {
      lines.add("the cache cannot be looked at: " + known.failure());
    }
    for (PartitionStatus partition : known.status().partitions()) {
      if (partition.needsAttention()) {
        lines.add(sentence(partition));
      }
    }
    ticker
        .lastPass()
        .map(pass -> pass.document().path("error").asText())
        .filter(error -> !error.isEmpty())
        .ifPresent(error -> lines.add("the last pass failed: " + error));
    ticker.slowed().ifPresent(lines::add);
    configProblem
        .get()
        .ifPresent(
            problem ->
                lines.add("the configuration was not taken, the one before stays: " + problem));
    return lines;
  }

  private static String sentence(PartitionStatus partition) {
    StringBuilder text = new StringBuilder(partition.partition().path());
    text.append(": ");
    List<String> parts = new ArrayList<>();
    if (partition.state() == State.UNREADABLE) {
      parts.add("unreadable, " + partition.problem());
    }
    if (partition.heldExchanges() > 0) {
      parts.add(
          Counted.of(partition.heldExchanges(), "exchange")
              + (partition.heldExchanges() == 1 ? " is" : " are")
              + " held outside it, safe");
    }
    parts.addAll(partition.notes());
    partition
        .lastRun()
        .filter(run -> run.outcome().equals("failed"))
        .ifPresent(run -> parts.add("the last run failed: " + run.reason()));
    if (!partition.repairHint().isEmpty()) {
      parts.add(partition.repairHint());
    }
    return text.append(String.join("; ", parts)).toString();
  }
}
