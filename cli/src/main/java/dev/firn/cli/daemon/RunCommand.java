package dev.firn.cli.daemon;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;

/** Runs the service until it is told to end. */
@Command(
    name = "run",
    header = "Run the service in the foreground.",
    description = {
      "",
      "Takes records over HTTP (daemon.listen, 127.0.0.1:4790 by default) and maintains the cache"
          + " every interval_minutes. One daemon a root: a second one is refused, exit code 4."
          + " SIGTERM or Ctrl-C ends it within 10 seconds: it lands and publishes what it took."
          + " SIGHUP looks at the configuration, as does every minute.",
      "It logs to ROOT/maintenance/daemon/daemon.0.log."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class RunCommand implements Callable<Integer> {
  private final Session session;

  public RunCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    session.environment().stop().onStop(end::countDown);
    try (Daemon daemon = Daemon.start(session)) {
      session.environment().stop().onReload(daemon::reloadSoon);
      if (session.json()) {
        session.document(
            json -> {
              json.writeNumberField("pid", ProcessHandle.current().pid());
              json.writeStringField("address", daemon.address());
            });
      } else {
        session.print("Listening on " + daemon.address());
      }
      session.out().flush();
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.DONE.code();
  }
}
