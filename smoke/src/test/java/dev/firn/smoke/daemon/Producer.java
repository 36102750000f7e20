package dev.firn.smoke.daemon;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/**
 * A program that appends exchanges of mixed sizes one after the other and keeps a ledger of its
 * own. One that is not acknowledged it sends again, under the same key, until it is.
 */
final class Producer implements Runnable {
  private static final int[] ROWS = {1, 1, 1, 5, 5, 100};
  private static final int[] TEXT = {10, 100, 2000};
  private static final long RETRY_NANOS = 10_000_000;

  private final String name;
  private final HttpClient client;
  private final Supplier<String> address;
  private final BooleanSupplier over;
  private final Random random;

  /** Of the exchanges that were acknowledged, by their number. */
  private final List<Integer> rows = new ArrayList<>();

  private final List<Long> latencyMicros = new ArrayList<>();

  /** By address of the daemon: exchanges that it acknowledged, and requests that it sent away. */
  private final Map<String, long[]> answers = new HashMap<>();

  private volatile Throwable failure;

  Producer(
      String name, long seed, HttpClient client, Supplier<String> address, BooleanSupplier over) {
    this.name = name;
    this.client = client;
    this.address = address;
    this.over = over;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try {
      for (int i = 0; !over.getAsBoolean(); i++) {
        append(i);
      }
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      failure = e;
    }
  }

  private void append(int number) throws IOException, InterruptedException {
    int count = ROWS[random.nextInt(ROWS.length)];
    String text = "x".repeat(TEXT[random.nextInt(TEXT.length)]);
    StringBuilder lines = new StringBuilder();
    for (int row = 0; row < count; row++) {
      String id = name + "-" + number + "-" + row;
      lines.append("{\"id\":\"%s\",\"text\":\"%s\"}\n".formatted(id, text));
    }
    byte[] body = lines.toString().getBytes(StandardCharsets.UTF_8);
    boolean packed = random.nextInt(4) == 0;
    while (true) {
      String to = address.get();
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(to + "/v1/datasets/load/append?source=" + name))
              .timeout(Duration.ofSeconds(60))
              .header("Idempotency-Key", name + "-" + number)
              .POST(BodyPublishers.ofByteArray(packed ? gzip(body) : body));
      if (packed) {
        request.header("Content-Encoding", "gzip");
      }
      long began = System.nanoTime();
      HttpResponse<String> response;
      try {
        response = client.send(request.build(), BodyHandlers.ofString());
      } catch (IOException e) {
        LockSupport.parkNanos(RETRY_NANOS); // it was killed: the next one answers
        continue;
      }
      long[] counts = answers.computeIfAbsent(to, a -> new long[2]);
      if (response.statusCode() == 200) {
        latencyMicros.add((System.nanoTime() - began) / 1000);
        counts[0]++;
        rows.add(count);
        return;
      }
      if (response.statusCode() != 429) {
        throw new IOException(response.statusCode() + " " + response.body());
      }
      counts[1]++;
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  String name() {
    return name;
  }

  /**
   * How many rows each acknowledged exchange has, by its number. The id of a row is {@code
   * <name>-<number>-<row>}.
   */
  List<Integer> rows() {
    return rows;
  }

  List<Long> latencyMicros() {
    return latencyMicros;
  }

  /** Exchanges that the daemon at this address acknowledged. */
  long acknowledgedBy(String daemon) {
    return answers.getOrDefault(daemon, new long[2])[0];
  }

  /** Requests that the daemon at this address sent away. */
  long sentAwayBy(String daemon) {
    return answers.getOrDefault(daemon, new long[2])[1];
  }

  /** What ended it before its time; null if nothing did. */
  Throwable failure() {
    return failure;
  }
}
