package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is kept out, and that the daemon is none the worse for it. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonGuardTest {
  private static final String SECRET = "a secret of some length";

  @TempDir Path home;

  /** Bytes as they are, and the first line of what comes back. */
  private static String raw(RunningDaemon daemon, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", daemon.port())) {
      socket.setSoTimeout(120_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.lines().findFirst().orElse("");
    }
  }

  private String tokenFile() throws IOException {
    Path file = home.resolve("token");
    if (!Files.exists(file)) {
      Files.writeString(file, SECRET + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    return "\"token_file\": \"" + file + "\"";
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "localhost, 200",
    "'[::1]', 200",
    "evil.example, 403",
    "127.0.0.1.evil.example, 403",
    "localhost.evil.example, 403"
  })
  void aPageWhoseNameWasMadeToLeadHereIsRefused(String host, int status) throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(
              raw(
                  daemon,
                  "GET /v1/status HTTP/1.1\r\nHost: "
                      + host
                      + ":"
                      + daemon.port()
                      + "\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @Test
  void whatAnotherPageSendsIsRefused() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      for (String[] header :
          new String[][] {
            {"Origin", "http://evil.example"},
            {"Origin", "null"},
            {"Origin", "http://127.0.0.1:1"},
            {"Sec-Fetch-Site", "cross-site"},
            {"Sec-Fetch-Site", "same-site"}
          }) {
        assertThat(
                daemon
                    .send(
                        daemon
                            .post("logs", "", BodyPublishers.ofString("{\"n\":1}"))
                            .header(header[0], header[1]))
                    .statusCode())
            .as(String.join(" ", header))
            .isEqualTo(403);
      }
      assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
      assertThat(
              daemon
                  .send(
                      daemon
                          .post("logs", "", BodyPublishers.ofString("{\"n\":1}"))
                          .header("Origin", daemon.address()))
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void withATokenNobodyIsHeardWithoutIt() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, tokenFile(), "")) {
      assertThat(daemon.get("/healthz").statusCode()).isEqualTo(200);
      for (String path : List.of("/", "/v1/status", "/metrics", "/readyz", "/nowhere")) {
        assertThat(daemon.get(path).statusCode()).as(path).isEqualTo(401);
      }
      HttpResponse<String> wrong =
          daemon.send(daemon.to("/").header("Authorization", "Bearer " + SECRET + "x"));
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(wrong.headers().allValues("WWW-Authenticate"))
          .contains("Bearer realm=\"firn\"", "Basic realm=\"firn\"");
      assertThat(
              daemon.send(daemon.to("/").header("Authorization", "Bearer " + SECRET)).statusCode())
          .isEqualTo(200);
      String pair =
          Base64.getEncoder().encodeToString(("x:" + SECRET).getBytes(StandardCharsets.UTF_8));
      assertThat(daemon.send(daemon.to("/").header("Authorization", "Basic " + pair)).statusCode())
          .isEqualTo(200);
      assertThat(daemon.send(daemon.to("/").header("Authorization", "Basic %%%")).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void aTokenThatOthersMayReadIsNone() throws Exception {
    String setting = tokenFile();
    Files.setPosixFilePermissions(
        home.resolve("token"), PosixFilePermissions.fromString("rw-r--r--"));
    RunningDaemon.configure(home, setting, "");

    var result = new dev.firn.cli.CommandRun(home).run("daemon", "run");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("expected mode 0600");
  }

  @ParameterizedTest
  @CsvSource({"gzip", "zstd"})
  void aBombIsRefusedLongBeforeItHasUnpacked(String encoding) throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      ByteArrayOutputStream part = new ByteArrayOutputStream();
      try (OutputStream out =
          encoding.equals("gzip") ? new GZIPOutputStream(part) : new ZstdOutputStream(part)) {
        out.write(new byte[16 << 20]);
      }
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      for (int i = 0; i < 128; i++) { // one after the other they are one: 2 GB
        packed.write(part.toByteArray());
      }

      HttpResponse<String> response =
          daemon.send(
              daemon
                  .post("logs", "?source=a", BodyPublishers.ofByteArray(packed.toByteArray()))
                  .header("Content-Encoding", encoding));

      assertThat(response.statusCode()).as(response.body()).isEqualTo(413);
      assertThat(response.body()).contains("unpacks to more than 16777216 bytes");
      assertThat(
              daemon
                  .json("/v1/status")
                  .path("daemon")
                  .path("memory")
                  .path("bufferHighestBytes")
                  .asLong())
          .isLessThanOrEqualTo(packed.size() + (16L << 20));
      assertThat(daemon.source("a").path("rejectedBecause").path("unreadable").asInt())
          .isEqualTo(1);
    }
  }

  @Test
  void tenThousandNestedArraysAreNoRow() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      String nested = "[".repeat(10_000) + "]".repeat(10_000);
      for (String body :
          List.of(nested, "{\"a\":" + nested + "}", "{\"a\":1}\n[{\"a\":" + nested + "}]")) {
        assertThat(daemon.append("logs", "", body).statusCode()).isEqualTo(400);
      }
      assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
    }
  }

  @Test
  void whatIsNotPackedAsItSaysIsSaid() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      for (String encoding : List.of("gzip", "zstd")) {
        HttpResponse<String> response =
            daemon.send(
                daemon
                    .post("logs", "", BodyPublishers.ofString("{\"n\":1}"))
                    .header("Content-Encoding", encoding));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("the body is not " + encoding);
      }
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (OutputStream out = new GZIPOutputStream(packed)) {
        out.write("{\"n\":1}".getBytes(StandardCharsets.UTF_8));
      }
      byte[] tooShort = java.util.Arrays.copyOf(packed.toByteArray(), packed.size() - 5);
      HttpResponse<String> cut =
          daemon.send(
              daemon
                  .post("logs", "", BodyPublishers.ofByteArray(tooShort))
                  .header("Content-Encoding", "gzip"));
      assertThat(cut.statusCode()).isEqualTo(400);
      assertThat(cut.body()).contains("the body is not gzip: it ends too soon");
      assertThat(
              daemon
                  .send(
                      daemon
                          .post("logs", "", BodyPublishers.ofString("{\"n\":1}"))
                          .header("Content-Encoding", "br"))
                  .statusCode())
          .isEqualTo(415);
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhetherItSaysSoOrNot() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"max_body_bytes\": 100000", "")) {
      String head = "POST /v1/datasets/d/append HTTP/1.1\r\nHost: localhost\r\n";
      assertThat(raw(daemon, head + "Content-Length: 100001\r\n\r\n" + "x".repeat(100_001)))
          .startsWith("HTTP/1.1 413");
      assertThat(
              raw(
                  daemon,
                  head
                      + "Transfer-Encoding: chunked\r\n\r\n186a1\r\n"
                      + "x".repeat(100_001)
                      + "\r\n0\r\n\r\n"))
          .startsWith("HTTP/1.1 413");
      assertThat(daemon.get("/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void headersAreABoundedNumberOfBytes() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(
              raw(
                  daemon,
                  "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "
                      + "y".repeat(20_000)
                      + "\r\n\r\n"))
          .startsWith("HTTP/1.1 431");
    }
  }

  @Test
  void aClientThatSendsItsHeadersByteByByteIsHungUpOn() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"idle_timeout_seconds\": 1", "")) {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        sockets.add(new Socket("127.0.0.1", daemon.port()));
      }
      await()
          .pollInterval(java.time.Duration.ofMillis(100))
          .atMost(java.time.Duration.ofSeconds(120))
          .until(() -> sockets.stream().allMatch(socket -> !sendsOneByteMore(socket)));
      assertThat(daemon.get("/healthz").statusCode()).isEqualTo(200);
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** A byte of a header that never ends; false once the connection is gone. */
  private static boolean sendsOneByteMore(Socket socket) {
    try {
      if (socket.isClosed()) {
        return false;
      }
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      out.write("GET /healthz HTTP/1.1\r\nX: ".charAt(0));
      out.flush();
      if (in.available() > 0) {
        return false;
      }
      socket.setSoTimeout(1);
      try {
        return in.read() >= 0;
      } catch (java.net.SocketTimeoutException e) {
        return true;
      }
    } catch (SocketException e) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClientThatSaysNothingIsHungUpOn() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"idle_timeout_seconds\": 1", "")) {
      assertThat(raw(daemon, "")).isEmpty();
      assertThat(
              raw(
                  daemon,
                  "POST /v1/datasets/d/append HTTP/1.1\r\nHost: localhost\r\n"
                      + "Content-Length: 100\r\n\r\n{"))
          .isIn("", "HTTP/1.1 408 Request Timeout", "HTTP/1.1 500 Server Error");
      assertThat(
              daemon.json("/v1/status").path("daemon").path("memory").path("bufferBytes").asLong())
          .isZero();
    }
  }

  @Test
  void aClientThatSendsItsBodyByteByByteIsToldSoAndHungUpOn() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"idle_timeout_seconds\": 2", "");
        Socket socket = new Socket("127.0.0.1", daemon.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /v1/datasets/d/append?source=slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"
              .getBytes(StandardCharsets.ISO_8859_1));
      await()
          .pollInterval(java.time.Duration.ofMillis(100))
          .atMost(java.time.Duration.ofSeconds(120))
          .until(
              () -> {
                out.write(' ');
                out.flush();
                return socket.getInputStream().available() > 0;
              });
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

      assertThat(answer).startsWith("HTTP/1.1 408").contains("the body comes too slowly");
      assertThat(
              daemon.json("/v1/status").path("daemon").path("memory").path("bufferBytes").asLong())
          .isZero();
      assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
    }
  }
}
