package dev.firn.smoke.bench;

import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.core.rows.JsonExchange;
import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Appends to one partition through the API, with everything at its default. */
final class FirnAppends implements Job {
  static final String DATASET = "jobs";
  static final String SOURCE = "bench";

  private final Cache cache;
  private final CacheWriter writer;
  private final int count;
  private final int threads;
  private long next;

  FirnAppends(Path root, int count, int threads) {
    this.cache = Cache.open(root);
    this.writer = cache.writer(DATASET, SOURCE);
    this.count = count;
    this.threads = threads;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    long first = next;
    next += count;
    return Latencies.measure(
        (thread, number) -> append(writer, NarrowShape.exchange(number)), first, count, threads);
  }

  static void append(CacheWriter writer, byte[] json) throws Exception {
    writer.append(JsonExchange.parse(json, 0, json.length));
  }

  @Override
  public void close() {
    try {
      cache.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
