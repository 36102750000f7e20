package dev.firn.cli.daemon;

import dev.firn.cli.config.Config;
import dev.firn.cli.daemon.http.Endpoint;
import dev.firn.cli.daemon.http.HttpService;
import dev.firn.cli.daemon.ingest.AppendEndpoint;
import dev.firn.cli.daemon.ingest.Appending;
import dev.firn.cli.daemon.ingest.ByteBudget;
import dev.firn.cli.daemon.ingest.Intake;
import dev.firn.cli.daemon.ingest.Reception;
import dev.firn.cli.daemon.ingest.TreeBudget;
import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.OtherWriters;
import dev.firn.cli.daemon.life.DaemonFiles;
import dev.firn.cli.daemon.life.DaemonLog;
import dev.firn.cli.daemon.life.RootClaim;
import dev.firn.cli.daemon.otlp.Columns;
import dev.firn.cli.daemon.otlp.OtlpEndpoint;
import dev.firn.cli.daemon.otlp.Signal;
import dev.firn.cli.daemon.page.DaemonView;
import dev.firn.cli.daemon.page.Endpoints;
import dev.firn.cli.daemon.ticks.Ticker;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.core.append.AppendOptions;
import dev.firn.core.layout.CacheDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The service: HTTP in front, an appender and a ticker behind it, one claim on the root.
 *
 * <p>What was acknowledged is on the disk before it is acknowledged, so a kill at any instant loses
 * nothing of it. To end is to stop taking, to land what was taken, to publish it, and to let a pass
 * under way end or be abandoned, all within ten seconds.
 */
final class Daemon implements Closeable {
  private static final Logger LOG = Logger.getLogger(Daemon.class.getName());
  private static final long LOOK_SECONDS = 60;
  private static final long OTHERS_SECONDS = 30;
  private static final Duration LANDING_PATIENCE = Duration.ofSeconds(4);
  private static final Duration PUBLISHING_PATIENCE = Duration.ofSeconds(3);
  private static final Duration PASS_PATIENCE = Duration.ofSeconds(2);

  private final RootClaim claim;
  private final DaemonLog log;
  private final ConfigWatch config;
  private final Appending appending;
  private final ByteBudget budget;
  private final Reception reception;
  private final Ticker ticker;
  private final OtherWriters others;
  private final HttpService http;
  private final ScheduledThreadPoolExecutor housekeeping;
  private volatile boolean stopping;

  private Daemon(Session session, RootClaim claim, DaemonLog log, ConfigWatch config, Instant since)
      throws IOException {
    this.claim = claim;
    this.log = log;
    this.config = config;
    Environment environment = session.environment();
    CacheDirectory cache = session.cache();
    Config first = config.config();
    this.budget = new ByteBudget(first.daemon().bufferBytes());
    Ledger ledger = new Ledger(environment.clock(), since);
    this.appending =
        new Appending(environment.disk(), cache, environment.clock(), appendOptions(first));
    Duration jitter = environment.maintenance().firstPassAfter();
    this.ticker = new Ticker(environment, cache, config::config, jitter);
    this.others = new OtherWriters(environment.disk(), cache);
    this.reception = new Reception(() -> config.config().daemon(), budget, intake());
    TreeBudget trees = new TreeBudget(2 * budget.limitBytes());
    DaemonView view =
        new DaemonView(
            environment,
            cache,
            config::config,
            config::problem,
            () -> stopping,
            ledger,
            others,
            budget,
            reception,
            ticker);
    Map<String, Endpoint> endpoints = new Endpoints(view).all();
    endpoints.put(
        "POST /v1/datasets/{dataset}/append",
        new AppendEndpoint(reception, ledger, appending, trees));
    for (Signal signal : Signal.values()) {
      endpoints.put(
          "POST /v1/" + signal.text(),
          new OtlpEndpoint(signal, reception, ledger, appending, trees));
    }
    this.http = HttpService.start(first.daemon(), config::token, endpoints);
    view.listening(http);
    this.housekeeping =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "firn-housekeeping");
              thread.setDaemon(true);
              return thread;
            });
  }

  private static AppendOptions appendOptions(Config config) {
    return config.append("daemon").withSchemas(Columns.byDataset());
  }

  /**
   * Starts one.
   *
   * @throws dev.firn.core.CacheException.LeaseUnavailable if the root has one already
   */
  static Daemon start(Session session) throws IOException {
    ConfigWatch config = new ConfigWatch(session);
    Environment environment = session.environment();
    Instant since = environment.clock().instant();
    RootClaim claim = RootClaim.take(environment.disk(), session.cache(), since.toString());
    @Nullable DaemonLog log = null;
    try {
      log =
          DaemonLog.open(
              DaemonFiles.of(session.cache()),
              config.config().daemon().logBytes(),
              session.verbose());
      Daemon daemon = new Daemon(session, claim, log, config, since);
      daemon.begin();
      return daemon;
    } catch (IOException | RuntimeException | Error e) {
      if (log != null) {
        log.close();
      }
      claim.close();
      throw e;
    }
  }

  private void begin() throws IOException {
    claim.describe(http.address());
    ticker.start();
    housekeeping.scheduleWithFixedDelay(this::reload, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    lookAtOthers();
    housekeeping.scheduleWithFixedDelay(
        this::lookAtOthers, OTHERS_SECONDS, OTHERS_SECONDS, TimeUnit.SECONDS);
    LOG.log(Level.INFO, "listening on {0}", http.address());
  }

  private void lookAtOthers() {
    try {
      others.look();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "what others append cannot be counted: {0}", e.toString());
    }
  }

  /** The ticker, and who else wants to know what landed. */
  private Intake intake() {
    return new Intake() {
      @Override
      public Optional<String> diskProblem() {
        return ticker.diskProblem();
      }

      @Override
      public Duration slowdown(String partitionPath) {
        return ticker.slowdown(partitionPath);
      }

      @Override
      public void landed(String partitionPath, String where, boolean held) {
        others.landed(where);
        ticker.landed(partitionPath, where, held);
      }
    };
  }

  String address() {
    return http.address();
  }

  /** Looks at the configuration, on a thread of its own. */
  void reloadSoon() {
    housekeeping.execute(this::reload);
  }

  private void reload() {
    boolean changed =
        config.look(
            found -> {
              appending.reconfigure(appendOptions(found));
              budget.limit(found.daemon().bufferBytes());
            });
    if (changed) {
      ticker.wake();
    }
  }

  @Override
  public void close() throws IOException {
    stopping = true;
    LOG.log(Level.INFO, "ending");
    reception.stopTaking();
    http.stopAccepting();
    housekeeping.shutdown();
    ticker.close();
    try {
      boolean landed = reception.finish(LANDING_PATIENCE);
      boolean published = publish();
      boolean passed = ticker.finish(PASS_PATIENCE);
      LOG.log(
          Level.INFO,
          "ended: {0}, {1}, {2}",
          new Object[] {
            landed ? "all that was taken has landed" : "some that was taken was not answered",
            published ? "all is published" : "not all is published",
            passed ? "no pass is under way" : "a pass was abandoned"
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
    reception.close();
    log.close();
    claim.close();
  }

  /**
   * False if it took too long or failed: what has landed is safe, and the next one publishes it.
   */
  private boolean publish() throws InterruptedException {
    Thread publisher =
        new Thread(
            () -> {
              try {
                appending.close();
              } catch (IOException | RuntimeException e) {
                LOG.log(Level.WARNING, "not all could be published: {0}", e.toString());
              }
            },
            "firn-closing");
    publisher.setDaemon(true);
    publisher.start();
    publisher.join(PUBLISHING_PATIENCE.toMillis());
    return !publisher.isAlive();
  }
}
