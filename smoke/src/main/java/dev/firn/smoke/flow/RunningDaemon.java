package dev.firn.smoke.flow;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** {@code firn daemon run} on an address that the system chooses, and its clients. */
final class RunningDaemon implements AutoCloseable {
  private static final String LISTENING = "Listening on ";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration ANSWER = Duration.ofMinutes(2);
  private static final long LOOK_NANOS = 20_000_000;
  private static final int COME_AGAIN = 429;

  private final Started process;
  private final String address;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ANSWER).build();

  private RunningDaemon(Started process, String address) {
    this.process = process;
    this.address = address;
  }

  static RunningDaemon start(Stage stage, Path root) throws IOException {
    return start(stage, root, "http://127.0.0.1:0");
  }

  /** At the address of one that has ended. */
  static RunningDaemon start(Stage stage, Path root, String at) throws IOException {
    Path config = stage.nothing();
    String listen = at.substring("http://".length());
    Files.writeString(config, "{\"daemon\":{\"listen\":\"" + listen + "\"}}");
    Started process = stage.start(root, List.of(), "--config", config.toString(), "daemon", "run");
    await(
        "the daemon to listen", () -> process.says(LISTENING).isPresent() || !process.isRunning());
    Optional<String> line = process.says(LISTENING);
    if (line.isEmpty()) {
      throw process.ended().failure("expected it to listen");
    }
    String address = line.get().substring(LISTENING.length()).strip();
    return new RunningDaemon(process, address.startsWith("http") ? address : "http://" + address);
  }

  /** As the beginning of a URL. */
  String address() {
    return address;
  }

  /** Waits until something is so, or fails. */
  static void await(String what, BooleanSupplier so) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new FlowFailure("waited " + PATIENCE.toMinutes() + " minutes for " + what);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Posts one exchange until it is taken; every answer must come, and be one of these two. */
  void append(String dataset, String exchange) {
    while (true) {
      HttpResponse<String> answer = post("/v1/datasets/" + dataset + "/append", exchange);
      if (answer.statusCode() == 200) {
        return;
      }
      if (answer.statusCode() != COME_AGAIN) {
        throw new FlowFailure(
            "expected an exchange to be taken, found " + answer.statusCode() + " " + answer.body());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  HttpResponse<String> post(String path, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(address + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(URI.create(address + path)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new FlowFailure("a connection was cut: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowFailure("interrupted while the daemon was asked");
    }
  }

  /** Asks it to end, as a supervisor does, and waits until it has. */
  Ran stop() {
    process.terminate();
    return process.ended();
  }

  /** As {@code kill -9}; waits until it is gone. */
  void kill() {
    process.kill();
    process.ended();
  }

  @Override
  public void close() {
    if (process.isRunning()) {
      process.kill();
      process.ended();
    }
  }
}
