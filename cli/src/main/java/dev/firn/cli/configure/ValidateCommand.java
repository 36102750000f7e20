package dev.firn.cli.configure;

import dev.firn.cli.config.Config;
import dev.firn.cli.config.ConfigProblem;
import dev.firn.cli.config.InvalidConfigException;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says whether the configuration is in order; if not, everything that is wrong with it. */
@Command(
    name = "validate",
    header = "Check the configuration and report every problem.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class ValidateCommand implements Callable<Integer> {
  private final Session session;

  public ValidateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    try {
      Config config = session.config();
      if (session.json()) {
        writeJson(session.configFile(), List.of());
      } else {
        session.print(
            config
                .file()
                .map(file -> file + ": ok")
                .orElse("There is no " + session.configFile() + "; the defaults are ok"));
      }
      return ExitCode.DONE.code();
    } catch (InvalidConfigException e) {
      if (!session.json()) {
        throw e;
      }
      writeJson(e.file(), e.problems());
      return ExitCode.USAGE.code();
    }
  }

  private void writeJson(Path file, List<ConfigProblem> problems) throws IOException {
    session.document(
        json -> {
          json.writeStringField("file", file.toString());
          json.writeArrayFieldStart("problems");
          for (ConfigProblem problem : problems) {
            json.writeStartObject();
            json.writeNumberField("line", problem.line());
            json.writeNumberField("column", problem.column());
            json.writeStringField("key", problem.key());
            json.writeStringField("message", problem.message());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
