package dev.firn.cli.daemon;

import dev.firn.cli.daemon.life.DaemonDescription;
import dev.firn.cli.daemon.life.DaemonFiles;
import dev.firn.cli.daemon.life.RootClaim;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.core.CacheException.LeaseUnavailable;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** Starts the service in the background. */
@Command(
    name = "start",
    header = "Start the service in the background.",
    description = {
      "",
      "Returns when it listens. It lives until \"firn daemon stop\", the end of the machine, or a"
          + " kill; \"firn daemon install\" has it started again after those."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class StartCommand implements Callable<Integer> {
  private static final long PATIENCE_SECONDS = 60;
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private final Session session;

  public StartCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Optional<DaemonDescription> running = RootClaim.findHolder(session.disk(), session.cache());
    DaemonFiles files = DaemonFiles.of(session.cache());
    if (running.isPresent()) {
      throw new LeaseUnavailable(files.lock(), running.get().sentence());
    }
    session.config(); // what is wrong with it is said here and not in a file
    files.create(session.disk());
    File output = files.directory().resolve("start.txt").toFile();
    Process process =
        new ProcessBuilder(commandLine())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    try {
      return await(process, files, output.toPath());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted; the daemon may be starting", e);
    }
  }

  /** This Java with these options, and the same root and configuration. */
  private List<String> commandLine() {
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      line.add(SETSID.toString()); // what ends a terminal does not end it
    }
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.firn.cli.Firn"));
    line.addAll(List.of("--root", session.root().toString()));
    Path config = session.configFile();
    if (!session.root().equals(config.getParent())) {
      line.addAll(List.of("--config", config.toString()));
    }
    line.addAll(List.of("daemon", "run"));
    return line;
  }

  private int await(Process process, DaemonFiles files, Path output)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - end < 0) {
      Optional<DaemonDescription> started = DaemonDescription.find(session.disk(), files);
      if (started.isPresent()
          && started.get().pid() == process.pid()
          && !started.get().address().isEmpty()) {
        report(process.pid(), started.get().address());
        return ExitCode.DONE.code();
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        session.note(
            "the daemon ended while it was starting: "
                + Files.readString(output, StandardCharsets.UTF_8).strip());
        int code = process.exitValue();
        return code == 0 ? ExitCode.INCOMPLETE.code() : known(code);
      }
    }
    throw new UsageException(
        "the daemon (pid "
            + process.pid()
            + ") does not listen after "
            + PATIENCE_SECONDS
            + " s; it goes on starting, see "
            + files.log());
  }

  private void report(long pid, String address) throws IOException {
    if (session.json()) {
      session.document(
          json -> {
            json.writeNumberField("pid", pid);
            json.writeStringField("address", address);
          });
    } else {
      session.print("Started, pid " + pid + ", listening on " + address);
    }
  }

  private static int known(int code) {
    return code >= 1 && code <= 5 ? code : ExitCode.INCOMPLETE.code();
  }
}
