package dev.firn.cli.daemon;

import dev.firn.cli.daemon.life.DaemonDescription;
import dev.firn.cli.daemon.life.RootClaim;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

/** Ends the service. */
@Command(
    name = "stop",
    header = "End the service of this root.",
    description = {
      "",
      "It lands and publishes what it took, and ends within 10 seconds. Where none runs there is"
          + " nothing to do."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class StopCommand implements Callable<Integer> {
  private static final long PATIENCE_SECONDS = 15;

  private final Session session;

  public StopCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Optional<DaemonDescription> running = RootClaim.findHolder(session.disk(), session.cache());
    if (running.isEmpty()) {
      report("No daemon runs on " + session.root() + ".", Optional.empty());
      return ExitCode.DONE.code();
    }
    long pid = running.get().pid();
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isEmpty() || !process.get().destroy()) {
      session.note("pid " + pid + " cannot be told to end; is it another user's?");
      return ExitCode.INCOMPLETE.code();
    }
    try {
      process.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      session.note("pid " + pid + " was told to end and has not after " + PATIENCE_SECONDS + " s");
      return ExitCode.INCOMPLETE.code();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INCOMPLETE.code();
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
    report("Stopped, pid " + pid + ".", Optional.of(pid));
    return ExitCode.DONE.code();
  }

  private void report(String line, Optional<Long> stopped) throws IOException {
    if (!session.json()) {
      session.print(line);
      return;
    }
    session.document(
        json -> {
          json.writeBooleanField("stopped", stopped.isPresent());
          json.writeFieldName("pid");
          if (stopped.isPresent()) {
            json.writeNumber(stopped.get());
          } else {
            json.writeNull();
          }
        });
  }
}
