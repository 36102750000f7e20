package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits that the configuration names reach what they limit; and what is said at the end. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonLimitsTest {
  private static final String APPEND =
      "POST /v1/datasets/logs/append?source=b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n{\"n\":2}\n";
  private static final String HEALTH = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static final Executor THREAD = task -> new Thread(task, "beside").start();

  @TempDir Path home;

  /** The head and the body of one answer on a connection that stays open. */
  private static String ask(Socket socket, String request) throws IOException {
    socket.setSoTimeout(120_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection has ended after " + head);
      }
      head.append((char) next);
    }
    String length = head.toString().replaceFirst("(?s).*Content-Length: ([0-9]+).*", "$1");
    return head + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.ISO_8859_1);
  }

  @Test
  void oneConnectionMoreThanThereMayBeWaitsUntilAnotherEnds() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"max_connections\": 2", "");
        Socket first = new Socket("127.0.0.1", daemon.port())) {
      assertThat(ask(first, HEALTH)).startsWith("HTTP/1.1 200");
      CompletableFuture<String> answer;
      try (Socket second = new Socket("127.0.0.1", daemon.port())) {
        assertThat(ask(second, HEALTH)).startsWith("HTTP/1.1 200");
        answer = CompletableFuture.supplyAsync(() -> third(daemon), THREAD);
        for (int i = 0; i < 50; i++) { // while others are answered
          assertThat(ask(first, HEALTH)).startsWith("HTTP/1.1 200");
        }
        assertThat(answer).isNotDone();
      }
      assertThat(answer.get()).startsWith("HTTP/1.1 200");
    }
  }

  private static String third(RunningDaemon daemon) {
    try (Socket third = new Socket("127.0.0.1", daemon.port())) {
      return ask(third, HEALTH);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void logsGoOnInTheNextFileWhenTheyHaveTheirShareOfTheBytes() throws Exception {
    Path files = home.resolve(".firn/cache/maintenance/daemon");
    Path before = files.resolve("daemon.1.log");
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"log_bytes\": 65536", "")) {
      int passes = 0; // each is told of in some 300 bytes
      while (passes < 150 && !Files.exists(before)) {
        int begun =
            daemon.send(daemon.to("/v1/maintain").POST(BodyPublishers.noBody())).statusCode();
        passes += begun == 202 ? 1 : 0;
      }
    }
    assertThat(before).exists();
    assertThat(Files.size(before)).isBetween(65_536L / 6, 65_536L / 4);
  }

  @Test
  void whoComesWhileItEndsIsSentAwayAndWhatWasTakenLands() throws Exception {
    CountDownLatch linking = new CountDownLatch(1);
    CountDownLatch links = new CountDownLatch(1);
    LocalDisk local = new LocalDisk();
    Disk slow =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("link")
                      && arguments[1].toString().contains("/data/")) {
                    linking.countDown();
                    links.await();
                  }
                  try {
                    return method.invoke(local, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (RunningDaemon daemon = RunningDaemon.start(home, "", "", run -> run.on(slow));
        Socket open = new Socket("127.0.0.1", daemon.port())) {
      assertThat(ask(open, HEALTH)).contains("\"ok\"");
      CompletableFuture<HttpResponse<String>> taken =
          daemon.sendAsync(
              daemon.post("logs", "?source=a", BodyPublishers.ofString("{\"n\":1}\n")));
      linking.await();
      CompletableFuture<CommandRun.Result> ended =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return daemon.stop();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              THREAD);
      while (!ask(open, HEALTH).contains("\"stopping\"")) {
        Thread.onSpinWait();
      }
      String sentAway = ask(open, APPEND);
      links.countDown();

      assertThat(sentAway)
          .startsWith("HTTP/1.1 503")
          .contains("Retry-After: 5", "the daemon is ending", "\"stopping\"");
      assertThat(taken.get().statusCode()).isEqualTo(200);
      assertThat(ended.get().code()).isZero();
    }
    assertThat(new CommandRun(home).maintaining().run("query", "rows", "logs").lines())
        .containsExactly("{\"n\":1}");
  }
}
