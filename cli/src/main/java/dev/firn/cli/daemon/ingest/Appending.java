package dev.firn.cli.daemon.ingest;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.Appended;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.Receipt;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.rows.JsonExchange;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The one appender of the daemon, which a changed configuration replaces. */
public final class Appending implements Closeable {
  private final Disk disk;
  private final CacheDirectory cache;
  private final InstantSource clock;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
  private AppendOptions options;
  private CacheAppender appender;

  public Appending(Disk disk, CacheDirectory cache, InstantSource clock, AppendOptions options) {
    this.disk = disk;
    this.cache = cache;
    this.clock = clock;
    this.options = options;
    this.appender = new CacheAppender(disk, cache, clock, options);
  }

  /** As {@link CacheWriter#append(List, List)}. */
  Appended append(
      String dataset, Map<String, String> keys, List<JsonExchange> exchanges, List<String> ids)
      throws IOException {
    return with(dataset, keys, writer -> writer.append(exchanges, ids));
  }

  /** As {@link CacheWriter#append(JsonExchange, String)}. */
  public Receipt append(String dataset, Map<String, String> keys, JsonExchange exchange, String key)
      throws IOException {
    return with(dataset, keys, writer -> writer.append(exchange, key));
  }

  /** As {@link CacheWriter#appendByContent}. */
  public Receipt appendByContent(
      String dataset, Map<String, String> keys, JsonExchange exchange, String key, Duration window)
      throws IOException {
    return with(dataset, keys, writer -> writer.appendByContent(exchange, key, window));
  }

  private interface Append<T> {
    T to(CacheWriter writer) throws IOException;
  }

  private <T> T with(String dataset, Map<String, String> keys, Append<T> append)
      throws IOException {
    lock.readLock().lock();
    try {
      return append.to(appender.writer(dataset, keys));
    } finally {
      lock.readLock().unlock();
    }
  }

  /** From now on with these; what was begun ends with those before. */
  public void reconfigure(AppendOptions changed) throws IOException {
    if (changed.equals(options)) {
      return;
    }
    lock.writeLock().lock();
    try {
      CacheAppender before = appender;
      options = changed;
      appender = new CacheAppender(disk, cache, clock, changed);
      before.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Publishes what has landed. What was acknowledged is safe without it. */
  @Override
  public void close() throws IOException {
    lock.writeLock().lock();
    try {
      appender.close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
