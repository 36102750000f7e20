package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than a slowed disk takes, for long enough that memory would not hold it: several times the
 * heap. With {@code -Dfirn.soak=true} fifty times.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonOverloadTest {
  private static final int HEAP_MEBIBYTES = 64;
  private static final int BUFFER_BYTES = 4 << 20;
  private static final int BODY_BYTES = 400_000;
  private static final int PRODUCERS = 16;
  private static final long OFFERED_BYTES =
      (Boolean.getBoolean("firn.soak") ? 50L : 3L) * (HEAP_MEBIBYTES << 20);

  @TempDir Path home;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endWhatAFailureLeft() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process daemon() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx" + HEAP_MEBIBYTES + "m",
                "-cp",
                System.getProperty("java.class.path"),
                SlowDiskDaemon.class.getName(),
                home.toString())
            .redirectError(home.resolve("stderr").toFile())
            .start();
    processes.add(process);
    return process;
  }

  private static String address(Process process) throws Exception {
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    assertThat(line).startsWith("Listening on ");
    return line.substring("Listening on ".length());
  }

  private HttpResponse<String> append(String address, String id) throws Exception {
    String body = "{\"id\":\"%s\",\"text\":\"%s\"}\n".formatted(id, "x".repeat(BODY_BYTES));
    return client.send(
        HttpRequest.newBuilder(URI.create(address + "/v1/datasets/logs/append?source=a"))
            .timeout(Duration.ofSeconds(300))
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonNode status(String address) throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(address + "/v1/status")).build(),
            BodyHandlers.ofString());
    return new ObjectMapper().readTree(response.body()).path("daemon");
  }

  @Test
  void whatTheDiskCannotTakeIsSentAwayAndMemoryStaysAndNothingAcknowledgedIsLost()
      throws Exception {
    RunningDaemon.configure(home, "\"buffer_bytes\": " + BUFFER_BYTES, "");
    Path slow = Files.createFile(home.resolve("slow"));
    Process daemon = daemon();
    String address = address(daemon);
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    AtomicLong sentAway = new AtomicLong();
    AtomicLong offered = new AtomicLong();
    ExecutorService executor = Executors.newFixedThreadPool(PRODUCERS);
    try {
      List<Future<Void>> producers = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        String producer = "p" + i + "-";
        producers.add(
            executor.submit(
                () -> {
                  while (offered.addAndGet(BODY_BYTES) < OFFERED_BYTES) {
                    String id = producer + offered.get();
                    int status = append(address, id).statusCode();
                    assertThat(status).isIn(200, 429);
                    if (status == 200) {
                      assertThat(acknowledged.add(id)).isTrue();
                    } else {
                      sentAway.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<Void> producer : producers) {
        producer.get();
      }
    } finally {
      executor.shutdownNow();
    }

    assertThat(sentAway).hasPositiveValue();
    JsonNode status = status(address);
    JsonNode memory = status.path("memory");
    assertThat(memory.path("bufferHighestBytes").asLong()).isLessThanOrEqualTo(BUFFER_BYTES);
    assertThat(memory.path("bufferBytes").asLong()).isZero();
    JsonNode source = status.path("sources").path(0);
    assertThat(source.path("landed").path("exchanges").asLong()).isEqualTo(acknowledged.size());
    assertThat(source.path("received")).isEqualTo(source.path("landed"));
    assertThat(source.path("deferredBecause").path("buffer_full").asLong())
        .isEqualTo(sentAway.get());

    Files.delete(slow);
    for (int i = 0; i < 10; i++) {
      assertThat(append(address, "after-" + i).statusCode()).isEqualTo(200);
      acknowledged.add("after-" + i);
    }
    daemon.destroyForcibly().waitFor(); // as kill -9
    assertThat(Files.readString(home.resolve("stderr"))).doesNotContain("OutOfMemory");
    List<String> rows =
        new CommandRun(home).maintaining().run("query", "rows", "logs", "--columns", "id").lines();
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            acknowledged.stream().map(id -> "{\"id\":\"" + id + "\"}").toList());
  }
}
