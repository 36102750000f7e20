package dev.firn.cli.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.daemon.life.DaemonDescription;
import dev.firn.cli.daemon.life.RootClaim;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says how the service is. */
@Command(
    name = "status",
    header = "Say how the service of this root is, what needs attention first.",
    description = {
      "",
      "Who appends what, the last pass and the next, memory and disk. Exit code 1 if no daemon runs"
          + " or it does not answer, or something needs attention; --json prints what /v1/status"
          + " answers."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class StatusCommand implements Callable<Integer> {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Session session;

  public StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    DaemonSettings settings = session.config().daemon();
    Optional<DaemonDescription> running = RootClaim.findHolder(session.disk(), session.cache());
    if (running.isEmpty()) {
      if (session.json()) {
        session.document(json -> json.writeNullField("daemon"));
      } else {
        session.print(
            "No daemon runs on "
                + session.root()
                + "; \"firn daemon start\" starts one, \"firn query status\" says how the cache is.");
      }
      return ExitCode.INCOMPLETE.code();
    }
    JsonNode status;
    try {
      status = ask(running.get(), settings);
    } catch (IOException e) {
      session.note(running.get().sentence() + " does not answer: " + e.getMessage());
      return ExitCode.INCOMPLETE.code();
    }
    if (session.json()) {
      session.print(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(status));
    } else {
      for (String line :
          new DaemonStatusText(status, session.environment().clock().instant()).lines()) {
        session.print(line);
      }
    }
    return status.path("daemon").path("attention").isEmpty()
        ? ExitCode.DONE.code()
        : ExitCode.INCOMPLETE.code();
  }

  private static JsonNode ask(DaemonDescription daemon, DaemonSettings settings)
      throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(daemon.address() + "/v1/status").toURL().openConnection();
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    if (settings.tokenFile().isPresent()) {
      String token = Files.readString(settings.tokenFile().get(), StandardCharsets.UTF_8).strip();
      connection.setRequestProperty("Authorization", "Bearer " + token);
    }
    int code = connection.getResponseCode();
    if (code != HttpURLConnection.HTTP_OK) {
      throw new IOException(daemon.address() + " answers with " + code);
    }
    try (var in = connection.getInputStream()) {
      return new ObjectMapper().readTree(in);
    }
  }
}
