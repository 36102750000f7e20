package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun;
import dev.firn.cli.CommandRun.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** {@code firn daemon run} in this process, on a port of its own, and a client of it. */
final class RunningDaemon implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CommandRun command;
  private final CompletableFuture<Result> ended = new CompletableFuture<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private final String address;

  private RunningDaemon(CommandRun command, String address) {
    this.command = command;
    this.address = address;
  }

  /** With these members of the configuration under {@code daemon} and {@code query.cache}. */
  static RunningDaemon start(Path home, String daemon, String cache) throws Exception {
    return start(home, daemon, cache, run -> run);
  }

  static RunningDaemon start(Path home) throws Exception {
    return start(home, "", "");
  }

  static RunningDaemon start(
      Path home, String daemonMembers, String cacheMembers, UnaryOperator<CommandRun> world)
      throws Exception {
    configure(home, daemonMembers, cacheMembers);
    CompletableFuture<String> line = new CompletableFuture<>();
    StringBuilder printed = new StringBuilder();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            printed.append((char) b);
            if (b == '\n') {
              line.complete(printed.toString().strip());
            }
          }
        };
    CommandRun command =
        world.apply(new CommandRun(home).maintaining().at(InstantSource.system()).writingTo(out));
    CompletableFuture<Result> result =
        CompletableFuture.supplyAsync(
            () -> {
              Result done = command.run("daemon", "run");
              line.completeExceptionally(new AssertionError("ended: " + done));
              return done;
            },
            task -> new Thread(task, "daemon-under-test").start());
    String listening = line.get(120, TimeUnit.SECONDS);
    RunningDaemon daemon =
        new RunningDaemon(command, listening.substring(listening.indexOf("http://")));
    result.whenComplete(
        (done, failure) -> {
          if (failure == null) {
            daemon.ended.complete(done);
          } else {
            daemon.ended.completeExceptionally(failure);
          }
        });
    return daemon;
  }

  static void configure(Path home, String daemon, String cache) throws IOException {
    Path root = home.resolve(".firn").resolve("cache");
    Files.createDirectories(root);
    String listen = daemon.contains("\"listen\"") ? "" : "\"listen\": \"127.0.0.1:0\"";
    String comma = listen.isEmpty() || daemon.isEmpty() ? "" : ", ";
    Files.writeString(
        root.resolve("firn.json"),
        "{\"query\": {\"cache\": {" + cache + "}}, \"daemon\": {" + listen + comma + daemon + "}}");
  }

  String address() {
    return address;
  }

  int port() {
    return URI.create(address).getPort();
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(300));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(to(path).GET());
  }

  JsonNode json(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  /** Appends lines. */
  HttpResponse<String> append(String dataset, String query, String body) throws Exception {
    return append(dataset, query, BodyPublishers.ofString(body));
  }

  HttpResponse<String> append(String dataset, String query, BodyPublisher body) throws Exception {
    return send(post(dataset, query, body));
  }

  HttpRequest.Builder post(String dataset, String query, BodyPublisher body) {
    return to("/v1/datasets/" + dataset + "/append" + query)
        .header("Content-Type", "application/x-ndjson")
        .POST(body);
  }

  /** The page of a source in the ledger. */
  JsonNode source(String name) throws Exception {
    for (JsonNode source : json("/v1/status").path("daemon").path("sources")) {
      if (source.path("source").asText().equals(name)) {
        return source;
      }
    }
    throw new AssertionError("no source " + name);
  }

  /** Sends SIGHUP, as it were. */
  void hangUp() {
    command.hangUp();
  }

  /** Sends SIGTERM, as it were, and waits for the end. */
  Result stop() throws Exception {
    command.stop();
    return ended.get(120, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    command.stop();
    assertThat(ended.orTimeout(120, TimeUnit.SECONDS).join().code()).isZero();
  }
}
