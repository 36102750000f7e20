package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sender of OTLP is told when its records cannot be taken now. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonOtlpPressureTest {
  @TempDir Path home;

  /** Two services with a record each. */
  private static String request(String body) {
    String scope =
        "\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"" + body + "\"}}]}]}";
    String resource =
        "{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":";
    return "{\"resourceLogs\":["
        + resource
        + "\"a\"}}]},"
        + scope
        + ","
        + resource
        + "\"b\"}}]},"
        + scope
        + "]}";
  }

  private static HttpRequest.Builder post(RunningDaemon daemon, String body) {
    return daemon
        .to("/v1/logs")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private long rows() {
    return new CommandRun(home).maintaining().run("query", "rows", "otel_logs").lines().size();
  }

  /** A disk with so much room, on which so many links of data files succeed. */
  private static Disk disk(AtomicLong freeBytes, AtomicLong links) {
    LocalDisk local = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("usableBytes")) {
                return freeBytes.get();
              }
              if (method.getName().equals("link")
                  && arguments[1].toString().contains("otel_logs")
                  && arguments[1].toString().contains("/data/")
                  && links.getAndDecrement() <= 0) {
                throw new IOException("the disk says no");
              }
              try {
                return method.invoke(local, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aRequestThatFailsHalfwayIsToComeAgainAndThenEveryRecordIsThereOnce() throws Exception {
    AtomicLong links = new AtomicLong(1);
    Disk disk = disk(new AtomicLong(1L << 40), links);
    try (RunningDaemon daemon = RunningDaemon.start(home, "", "", run -> run.on(disk))) {
      HttpResponse<String> halfway = daemon.send(post(daemon, request("x")));

      assertThat(halfway.statusCode()).isEqualTo(503);
      assertThat(halfway.headers().firstValue("Retry-After")).contains("1");
      assertThat(RunningDaemon.json(halfway).path("code").asInt()).isEqualTo(14);
      assertThat(RunningDaemon.json(halfway).path("message").asText()).contains("the disk says no");
      assertThat(rows()).isEqualTo(1);
      assertThat(daemon.source("b").path("rejectedBecause").path("failed").asInt()).isEqualTo(1);

      links.set(100);
      assertThat(daemon.send(post(daemon, request("x"))).statusCode()).isEqualTo(200);
      assertThat(rows()).isEqualTo(2);
      for (String source : new String[] {"a", "b"}) {
        JsonNode page = daemon.source(source);
        assertThat(page.path("received").path("rows").asInt())
            .isEqualTo(
                page.path("landed").path("rows").asInt()
                    + page.path("rejected").path("rows").asInt());
        assertThat(page.path("inFlight").path("exchanges").asInt()).isZero();
      }
    }
  }

  @Test
  void aLowDiskIsAnsweredSoThatTheSenderComesAgain() throws Exception {
    AtomicLong freeBytes = new AtomicLong(1L << 40);
    Disk disk = disk(freeBytes, new AtomicLong(100));
    try (RunningDaemon daemon = RunningDaemon.start(home, "", "", run -> run.on(disk))) {
      assertThat(daemon.send(post(daemon, request("x"))).statusCode()).isEqualTo(200);
      freeBytes.set(900L << 20);
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.send(post(daemon, request("y"))).statusCode() == 503);
      HttpResponse<String> refused = daemon.send(post(daemon, request("z")));
      assertThat(refused.headers().firstValue("Retry-After")).contains("10");
      assertThat(RunningDaemon.json(refused).path("message").asText()).contains("min_free_bytes");
    }
  }

  @Test
  void aServiceThatHasUsedUpItsShareSendsTheRequestAwayAndNothingOfItLands() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"source_bytes_per_second\": 10", "")) {
      assertThat(daemon.send(post(daemon, request("x".repeat(1000)))).statusCode()).isEqualTo(200);

      HttpResponse<String> limited = daemon.send(post(daemon, request("y")));

      assertThat(limited.statusCode()).isEqualTo(429);
      assertThat(Integer.parseInt(limited.headers().firstValue("Retry-After").orElseThrow()))
          .isBetween(60, 120);
      assertThat(RunningDaemon.json(limited).path("message").asText()).contains("source \"a\"");
      assertThat(rows()).isEqualTo(2);
    }
  }

  @Test
  void aFullBufferIsAnsweredWithComeAgain() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"buffer_bytes\": 1048576", "")) {
      HttpResponse<String> full = daemon.send(post(daemon, request("x".repeat(600_000))));

      assertThat(full.statusCode()).isEqualTo(429);
      assertThat(full.headers().firstValue("Retry-After")).contains("1");
      assertThat(daemon.source("(unread)").path("deferredBecause").path("buffer_full").asInt())
          .isEqualTo(1);
      assertThat(
              daemon.json("/v1/status").path("daemon").path("memory").path("bufferBytes").asInt())
          .isZero();
    }
  }

  @Test
  void onlyWhoMaySpeakIsHeard() throws Exception {
    Path token = home.resolve("token");
    Files.writeString(token, "secret-of-at-least-16-characters");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    try (RunningDaemon daemon =
        RunningDaemon.start(home, "\"token_file\": \"" + token + "\"", "")) {
      HttpResponse<String> stranger = daemon.send(post(daemon, request("x")));
      assertThat(stranger.statusCode()).isEqualTo(401);
      assertThat(stranger.headers().allValues("WWW-Authenticate")).hasSize(2);
      assertThat(stranger.body()).isEqualTo("{\"code\":16,\"message\":\"a token is needed\"}");
      assertThat(
              daemon
                  .send(
                      post(daemon, request("x"))
                          .header("Authorization", "Bearer secret-of-at-least-16-characters"))
                  .statusCode())
          .isEqualTo(200);
      assertThat(
              daemon
                  .send(
                      post(daemon, request("x"))
                          .header("Authorization", "Bearer secret-of-at-least-16-characters")
                          .header("Origin", "http://elsewhere"))
                  .statusCode())
          .isEqualTo(403);
      assertThat(rows()).isEqualTo(2);
    }
  }
}
