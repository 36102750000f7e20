package dev.firn.cli.daemon;

import dev.firn.cli.daemon.life.DaemonFiles;
import dev.firn.cli.daemon.life.ServiceUnit;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.core.disk.DurableFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Has the service manager start the service. */
@Command(
    name = "install",
    header = "Print what has the service manager start the service.",
    description = {
      "",
      "On Linux a systemd user unit, on macOS a launchd property list, for this root and this"
          + " configuration. Writes nothing unless --apply says so."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class InstallCommand implements Callable<Integer> {
  private static final String UNIT = "firn.service";

  private final Session session;

  @Option(
      names = "--apply",
      description = "Write the systemd user unit, and say what starts it. Starts nothing.")
  boolean apply;

  public InstallCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    session.config();
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of("--root", session.root().toString()));
    Path config = session.configFile();
    if (!session.root().equals(config.getParent())) {
      command.addAll(List.of("--config", config.toString()));
    }
    command.addAll(List.of("daemon", "run"));
    boolean mac = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
    if (mac) {
      if (apply) {
        throw new UsageException(
            "--apply writes systemd units only; put the list in place by hand");
      }
      report(ServiceUnit.launchd(command));
      return ExitCode.DONE.code();
    }
    String unit = ServiceUnit.systemd(command, session.root().toString());
    if (!apply) {
      report(unit);
      return ExitCode.DONE.code();
    }
    Path directory = session.environment().home().resolve(".config/systemd/user");
    Path file = directory.resolve(UNIT);
    new DaemonFiles(directory).create(session.disk());
    DurableFiles.replace(session.disk(), file, unit.getBytes(StandardCharsets.UTF_8));
    String next = "systemctl --user daemon-reload && systemctl --user enable --now " + UNIT;
    if (session.json()) {
      session.document(
          json -> {
            json.writeStringField("file", file.toString());
            json.writeStringField("next", next);
          });
    } else {
      session.print("Wrote " + file);
      session.print(next);
    }
    return ExitCode.DONE.code();
  }

  private void report(String unit) throws IOException {
    if (session.json()) {
      session.document(json -> json.writeStringField("unit", unit));
    } else {
      session.print(unit);
    }
  }

  /** The script that this Java was started by, if it lies where the distribution has it. */
  private static String launcher() {
    String first = System.getProperty("java.class.path", "").split(File.pathSeparator, 2)[0];
    @Nullable Path library = Path.of(first).toAbsolutePath().getParent();
    return Optional.ofNullable(library)
        .map(Path::getParent)
        .map(home -> home.resolve("bin").resolve("firn"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .orElse("firn");
  }
}
