package dev.firn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.RealMaintenance;
import dev.firn.cli.session.StopSignal;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.status.CacheStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Runs the command in this process. Maintenance is a stand-in that remembers what it was asked and
 * answers with what a test gave it.
 */
public final class CommandRun implements Environment.Maintenance {
  public static final Instant NOW = Instant.parse("2026-08-03T12:00:00Z");

  static {
    Logging.quieten();
  }

  private final Path home;
  private final Map<String, String> variables = new HashMap<>();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private OutputStream stdout = out;
  private Disk disk = new LocalDisk();
  private InputStream input = InputStream.nullInputStream();
  private InstantSource clock = InstantSource.fixed(NOW);
  private final List<Runnable> stops = new CopyOnWriteArrayList<>();
  private final List<Runnable> reloads = new CopyOnWriteArrayList<>();
  private boolean interactive;
  private boolean errIsTerminal;
  private Environment.@Nullable Maintenance real;
  private PassReport report = new PassReport(false, 0, List.of(), List.of(), List.of(), 0, false);
  private CacheStatus status = CacheStatus.empty();
  private IOException failure;
  private RuntimeException bug;

  MaintenanceConfig config;
  PassOptions options;

  public CommandRun(Path home) {
    this.home = home;
  }

  public CommandRun with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  public CommandRun answering(PassReport answer) {
    report = answer;
    return this;
  }

  public CommandRun answering(CacheStatus answer) {
    status = answer;
    return this;
  }

  CommandRun failing(IOException error) {
    failure = error;
    return this;
  }

  CommandRun failing(RuntimeException error) {
    bug = error;
    return this;
  }

  /** With maintenance itself instead of the stand-in. */
  public CommandRun maintaining() {
    real = new RealMaintenance();
    return this;
  }

  public CommandRun on(Disk other) {
    disk = other;
    return this;
  }

  CommandRun typing(String text) {
    interactive = true;
    input = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** With a stderr that shows progress. */
  public CommandRun onTerminal() {
    errIsTerminal = true;
    return this;
  }

  public CommandRun writingTo(OutputStream stream) {
    stdout = stream;
    return this;
  }

  /** With this on stdin, which is no terminal. */
  public CommandRun reading(String text) {
    return reading(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  CommandRun reading(InputStream stdin) {
    input = stdin;
    return this;
  }

  public CommandRun at(InstantSource time) {
    clock = time;
    return this;
  }

  /** Ctrl-C. */
  public void stop() {
    stops.forEach(Runnable::run);
  }

  /** SIGHUP. */
  public void hangUp() {
    reloads.forEach(Runnable::run);
  }

  /** True once a command listens for Ctrl-C. */
  boolean listens() {
    return !stops.isEmpty();
  }

  /** The configuration that the last pass or status was given. */
  public MaintenanceConfig config() {
    return config;
  }

  /** What the last pass was asked to do; null if there was none. */
  public PassOptions options() {
    return options;
  }

  /** Runs {@code firn query} with these words on the cache at {@code root}. */
  Result query(Path root, String... words) {
    List<String> args = new ArrayList<>(List.of("query"));
    args.addAll(List.of(words));
    args.addAll(List.of("--root", root.toString()));
    return run(args.toArray(String[]::new));
  }

  public Result run(String... args) {
    out.reset();
    err.reset();
    int code = Firn.run(args, environment());
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The world that commands run in. */
  public Environment environment() {
    return new Environment(
        stdout,
        err,
        input,
        interactive,
        errIsTerminal,
        variables,
        home,
        clock,
        disk,
        this,
        new StopSignal() {
          @Override
          public void onStop(Runnable action) {
            stops.add(action);
          }

          @Override
          public void onReload(Runnable action) {
            reloads.add(action);
          }
        });
  }

  /** What was written to stderr since the last run began. */
  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public PassReport run(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      String command,
      PassOptions options,
      PassListener listener)
      throws IOException {
    this.config = config;
    this.options = options;
    fail();
    return real == null ? report : real.run(disk, cache, config, clock, command, options, listener);
  }

  @Override
  public CacheStatus status(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      List<String> datasets)
      throws IOException {
    this.config = config;
    fail();
    return real == null ? status : real.status(disk, cache, config, clock, datasets);
  }

  /** Later than any test ends, so that no pass comes that a test did not ask for. */
  @Override
  public Duration firstPassAfter() {
    return Duration.ofMinutes(10);
  }

  private void fail() throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (bug != null) {
      throw bug;
    }
  }

  /** What a run left behind. */
  public record Result(int code, String out, String err) {
    public JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (IOException e) {
        throw new AssertionError("no JSON: " + out + err, e);
      }
    }

    public List<String> lines() {
      return out.isEmpty() ? List.of() : List.of(out.split("\n"));
    }
  }
}
