package dev.firn.cli.daemon;

import static dev.firn.cli.daemon.RunningDaemon.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon does when it cannot take everything. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonPressureTest {
  @TempDir Path home;

  /** A disk on which files cannot be linked before somebody lets them, with so much room. */
  private static Disk disk(CountDownLatch links, AtomicLong freeBytes) {
    LocalDisk local = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("usableBytes")) {
                return freeBytes.get();
              }
              if (method.getName().equals("link") && arguments[1].toString().contains("/data/")) {
                links.await();
              }
              try {
                return method.invoke(local, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static String body(int bytes) {
    return "{\"text\":\"" + "x".repeat(bytes - 12) + "\"}\n";
  }

  @Test
  void aFullBufferSendsRequestsAwayLosesNothingAndRecovers() throws Exception {
    CountDownLatch links = new CountDownLatch(1);
    Disk slow = disk(links, new AtomicLong(1L << 40));
    try (RunningDaemon daemon =
        RunningDaemon.start(home, "\"buffer_bytes\": 1048576", "", run -> run.on(slow))) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(
            daemon.sendAsync(
                daemon.post("logs", "?source=a", BodyPublishers.ofString(body(100_000)))));
      }
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> answers.stream().filter(CompletableFuture::isDone).count() >= 30);
      assertThat(answers.stream().filter(CompletableFuture::isDone))
          .allSatisfy(
              answer -> {
                assertThat(answer.join().statusCode()).isEqualTo(429);
                assertThat(answer.join().headers().firstValue("Retry-After")).contains("1");
                assertThat(json(answer.join()).path("reason").asText()).isEqualTo("buffer_full");
              });
      JsonNode memory = daemon.json("/v1/status").path("daemon").path("memory");
      assertThat(memory.path("bufferBytes").asLong()).isBetween(900_000L, 1_048_576L);

      links.countDown();
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();

      long landed = answers.stream().filter(a -> a.join().statusCode() == 200).count();
      assertThat(landed).isEqualTo(10);
      JsonNode source = daemon.source("a");
      assertThat(source.path("deferredBecause").path("buffer_full").asLong())
          .isEqualTo(40 - landed);
      assertThat(source.path("received").path("exchanges").asLong()).isEqualTo(landed);
      assertThat(source.path("landed").path("exchanges").asLong()).isEqualTo(landed);
      assertThat(daemon.append("logs", "?source=a", body(100_000)).statusCode()).isEqualTo(200);
      assertThat(
              new CommandRun(home)
                  .maintaining()
                  .run("query", "rows", "logs", "--columns", "text")
                  .lines())
          .hasSize((int) landed + 1);
    }
  }

  @Test
  void aLowDiskRefusesAppendsWhenAPassWasInVainAndTakesThemAgainByItself() throws Exception {
    AtomicLong freeBytes = new AtomicLong(1L << 40);
    Disk disk = disk(new CountDownLatch(0), freeBytes);
    try (RunningDaemon daemon = RunningDaemon.start(home, "", "", run -> run.on(disk))) {
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(200);

      freeBytes.set(900L << 20);
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.append("logs", "?source=a", "{\"n\":2}\n").statusCode() == 507);
      HttpResponse<String> refused = daemon.append("logs", "?source=a", "{\"n\":2}\n");
      assertThat(json(refused).path("error").asText())
          .contains("944 MB free", "min_free_bytes is 1.1 GB", "after a pass");
      assertThat(json(refused).path("reason").asText()).isEqualTo("disk_low");
      assertThat(refused.headers().firstValue("Retry-After")).contains("10");
      assertThat(daemon.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(daemon.json("/v1/status").path("daemon").path("lastPass").path("why").asText())
          .startsWith("early: the disk is low");

      freeBytes.set(1L << 40);
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.append("logs", "?source=a", "{\"n\":3}\n").statusCode() == 200);
      assertThat(daemon.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aSourceThatHasUsedUpItsShareWaitsAndOthersDoNot() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "\"source_rows_per_second\": 1", "")) {
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n".repeat(100)).statusCode())
          .isEqualTo(200);

      HttpResponse<String> limited = daemon.append("logs", "?source=a", "{\"n\":1}\n");

      assertThat(limited.statusCode()).isEqualTo(429);
      assertThat(json(limited).path("reason").asText()).isEqualTo("source_limit");
      assertThat(Integer.parseInt(limited.headers().firstValue("Retry-After").orElseThrow()))
          .isBetween(80, 91);
      assertThat(daemon.append("logs", "?source=b", "{\"n\":1}\n").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aChangedConfigurationTakesEffectAndABrokenOneIsReportedAndLeftAside() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      String listen = "\"listen\": \"127.0.0.1:0\"";
      RunningDaemon.configure(home, listen + ", \"source_rows_per_second\": 1", "");
      daemon.hangUp();
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n".repeat(100)).statusCode())
          .isEqualTo(200);
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode() == 429);

      Files.writeString(home.resolve(".firn/cache/firn.json"), "{\"daemon\": {\"lisen\": 1}}");
      daemon.hangUp();
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.json("/readyz").path("attention").size() == 1);
      assertThat(daemon.json("/readyz").path("attention").get(0).asText())
          .contains("the configuration was not taken", "lisen", "listen");
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(429);

      RunningDaemon.configure(home, listen, "");
      daemon.hangUp();
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode() == 200);
      assertThat(daemon.json("/readyz").path("attention")).isEmpty();
    }
  }

  @Test
  void anotherAddressWaitsForARestartAndThatIsSaidUntilItIsTakenBack() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      RunningDaemon.configure(home, "\"listen\": \"127.0.0.1:1\"", "");
      daemon.hangUp();
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.json("/readyz").path("attention").size() == 1);
      assertThat(daemon.json("/readyz").path("attention").get(0).asText())
          .contains("daemon.listen is 127.0.0.1:1 now", "needs a restart", "127.0.0.1:0");
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(200);

      RunningDaemon.configure(home, "", "");
      daemon.hangUp();
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> daemon.json("/readyz").path("attention").isEmpty());
    }
  }
}
