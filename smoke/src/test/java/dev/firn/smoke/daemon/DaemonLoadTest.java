package dev.firn.smoke.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.smoke.TestCommand;
import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Eight producers append exchanges of mixed sizes while the daemon maintains; in the middle it is
 * killed. In the end what they were told, what it counted and what is read are the same, and its
 * memory has not grown. Takes half a minute, with {@code -Dfirn.soak=true} ten.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonLoadTest {
  private static final Duration LENGTH =
      Boolean.getBoolean("firn.soak") ? Duration.ofMinutes(10) : Duration.ofSeconds(30);
  private static final int PRODUCERS = 8;
  private static final long MOST_MEMORY_BYTES = 512L << 20;

  /** How often it is looked how much memory the daemon has. */
  private static final int LOOKS = 60;

  @TempDir Path directory;
  private final List<DaemonProcess> daemons = new ArrayList<>();

  private DaemonProcess start(Path firn, Path root) throws IOException {
    Path errors = directory.resolve("errors-" + daemons.size());
    DaemonProcess daemon = DaemonProcess.start(firn, root, errors);
    daemons.add(daemon);
    return daemon;
  }

  @AfterEach
  void endWhatAFailureLeft() throws InterruptedException {
    for (DaemonProcess daemon : daemons) {
      daemon.kill();
    }
  }

  @Test
  void nothingIsLostNothingIsTwiceAndEverybodyCountsTheSame() throws Exception {
    Path firn = new TestCommand(directory).plain();
    Path root = Files.createDirectory(directory.resolve("cache"));
    Files.writeString(
        root.resolve("firn.json"),
        """
        {"daemon": {"listen": "127.0.0.1:0"},
         "query": {"cache": {"maintenance": {"compact_file_count": 2, "interval_minutes": 1}}}}
        """);
    HttpClient client = HttpClient.newHttpClient();
    DaemonProcess first = start(firn, root);
    AtomicReference<String> address = new AtomicReference<>(first.address());
    long end = System.nanoTime() + LENGTH.toNanos();
    List<Producer> producers =
        IntStream.range(0, PRODUCERS)
            .mapToObj(
                i ->
                    new Producer(
                        "p" + i, i, client, address::get, () -> System.nanoTime() - end > 0))
            .toList();
    List<Thread> threads = producers.stream().map(Thread::new).toList();
    threads.forEach(Thread::start);

    List<Long> memory = watch(first, client, threads.get(0), LOOKS / 2);
    first.maintain(client);
    first.kill();
    DaemonProcess second = start(firn, root);
    address.set(second.address());
    second.maintain(client);
    List<Long> memoryAfter = watch(second, client, threads.get(0), LOOKS / 2);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(producers).allSatisfy(producer -> assertThat(producer.failure()).isNull());
    JsonNode status = second.status(client);
    for (Producer producer : producers) {
      JsonNode source = source(status, producer.name());
      assertThat(source.path("landed").path("exchanges").asLong())
          .isEqualTo(producer.acknowledgedBy(second.address()))
          .isPositive();
      assertThat(source.path("received")).isEqualTo(source.path("landed"));
      assertThat(source.path("rejected").path("exchanges").asLong()).isZero();
      assertThat(source.path("deferred").asLong()).isEqualTo(producer.sentAwayBy(second.address()));
    }
    while (!status.path("lastPass").isObject()) { // it may be under way, on a busy machine
      status = second.status(client);
    }
    assertThat(status.path("lastPass").path("outcome").asText()).isEqualTo("done");
    assertThat(status.path("lastPass").path("totals").path("compacted").asLong()).isPositive();
    assertThat(second.stop()).isZero();

    long rows = new ReadBack(producers).check(firn, root);
    assertThat(new FirnCommand(firn).run("--root", root.toString(), "query", "verify").exitCode())
        .isZero();
    report(producers, rows, memory, memoryAfter);
    assertThat(memory).allSatisfy(bytes -> assertThat(bytes).isLessThan(MOST_MEMORY_BYTES));
    assertThat(memoryAfter).allSatisfy(bytes -> assertThat(bytes).isLessThan(MOST_MEMORY_BYTES));
    if (Boolean.getBoolean("firn.soak")) {
      requireFlat(memory);
      requireFlat(memoryAfter);
    }
  }

  /** Looks so often at the daemon's resident memory, in the time that is left until the middle. */
  private static List<Long> watch(
      DaemonProcess daemon, HttpClient client, Thread producer, int looks) throws Exception {
    List<Long> memory = new ArrayList<>();
    for (int i = 0; i < looks; i++) {
      producer.join(LENGTH.toMillis() / LOOKS);
      memory.add(daemon.status(client).path("memory").path("residentBytes").asLong());
    }
    return memory;
  }

  /** Its heap is full after the first third at the latest; from then on it may not grow. */
  private static void requireFlat(List<Long> memory) {
    int third = memory.size() / 3;
    long middle = memory.subList(third, 2 * third).stream().mapToLong(x -> x).max().orElseThrow();
    long last = memory.subList(2 * third, 3 * third).stream().mapToLong(x -> x).max().orElseThrow();
    assertThat(last).isLessThan(middle + middle / 10);
  }

  private static JsonNode source(JsonNode status, String name) {
    for (JsonNode source : status.path("sources")) {
      if (source.path("source").asText().equals(name)) {
        return source;
      }
    }
    throw new AssertionError("no source " + name + " in " + status);
  }

  /** For people who run it; what it measures depends on the machine. */
  private static void report(
      List<Producer> producers, long rows, List<Long> memory, List<Long> memoryAfter) {
    List<Long> micros =
        producers.stream().flatMap(p -> p.latencyMicros().stream()).sorted().toList();
    System.out.printf(
        "%d exchanges, %d rows; median %.1f ms, p99 %.1f ms; resident MB %s, after the kill %s%n",
        micros.size(),
        rows,
        micros.get(micros.size() / 2) / 1000.0,
        micros.get(micros.size() * 99 / 100) / 1000.0,
        megabytes(memory),
        megabytes(memoryAfter));
  }

  private static List<Long> megabytes(List<Long> bytes) {
    return bytes.stream().map(value -> value >> 20).toList();
  }
}
