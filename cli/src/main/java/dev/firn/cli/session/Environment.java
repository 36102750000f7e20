package dev.firn.cli.session;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.status.CacheStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The world outside a command, so that a test can be it.
 *
 * @param out results go here, unbuffered: a write fails when nobody reads any more
 * @param err messages and progress
 * @param in answers to questions
 * @param interactive true if a person sits at {@code in} and {@code out}
 * @param errIsTerminal true if {@code err} can show progress: lines that are erased again
 * @param variables of the process
 * @param home the user's directory
 * @param stop tells a command that listens that it is to end
 */
public record Environment(
    OutputStream out,
    OutputStream err,
    InputStream in,
    boolean interactive,
    boolean errIsTerminal,
    Map<String, String> variables,
    Path home,
    InstantSource clock,
    Disk disk,
    Maintenance maintenance,
    StopSignal stop) {

  /** What maintenance offers to commands. */
  public interface Maintenance {
    PassReport run(
        Disk disk,
        CacheDirectory cache,
        MaintenanceConfig config,
        InstantSource clock,
        String command,
        PassOptions options,
        PassListener listener)
        throws IOException;

    CacheStatus status(
        Disk disk,
        CacheDirectory cache,
        MaintenanceConfig config,
        InstantSource clock,
        List<String> datasets)
        throws IOException;

    /**
     * How long after its start a daemon runs no pass: drawn anew for each start, so that not all
     * daemons of a machine begin at once.
     */
    Duration firstPassAfter();
  }

  public Environment {
    variables = Map.copyOf(variables);
  }

  /** A variable of the process; empty if it is unset or empty. */
  Optional<String> variable(String name) {
    String value = variables.get(name);
    return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  /** True if text for people may be coloured. */
  public boolean colours() {
    return interactive && variable("NO_COLOR").isEmpty();
  }
}
