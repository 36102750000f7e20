package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.rows.OnMismatch;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The writers of one process on one cache, and the thread that publishes what they land. */
public final class CacheAppender {
  /** Open ones that are not in use; opening one anew takes some milliseconds. */
  private static final int MOST_WRITERS = 512;

  private final Disk disk;
  private final CacheDirectory cache;
  private final AppendOptions options;
  private final InstantSource clock;
  private final FileSystemCheck fileSystem;
  private final PartitionLocks locks;
  private final Publisher publisher;
  private final HeldAppends heldAppends;
  private final MetricsRoom metricsRoom = new MetricsRoom();
  private final OpenWriters writers;
  private final ScheduledExecutorService background;

  public CacheAppender(
      Disk disk, CacheDirectory cache, InstantSource clock, AppendOptions options) {
    this(disk, cache, clock, options, MOST_WRITERS);
  }

  CacheAppender(
      Disk disk,
      CacheDirectory cache,
      InstantSource clock,
      AppendOptions options,
      int mostWriters) {
    this.disk = disk;
    this.cache = cache;
    this.options = options;
    this.clock = clock;
    this.fileSystem = new FileSystemCheck(disk);
    this.locks = new PartitionLocks(disk, options.command());
    this.publisher = new Publisher(disk, clock, options.snapshots());
    this.heldAppends = new HeldAppends(disk, cache, clock);
    this.writers = new OpenWriters(mostWriters, this::open);
    this.background =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "firn-publisher");
              thread.setDaemon(true);
              return thread;
            });
    long pause = options.publishEvery().toMillis();
    if (pause > 0) {
      background.scheduleWithFixedDelay(this::publishQuietly, pause, pause, TimeUnit.MILLISECONDS);
    }
  }

  /**
   * @throws IllegalArgumentException if a name could not be a directory below the root
   */
  public CacheWriter writer(String dataset, Map<String, String> keys) {
    return new CacheWriter(writers, cache.partition(dataset, keys));
  }

  private PartitionWriter open(Partition partition) {
    String dataset = partition.dataset();
    return new PartitionWriter(
        disk,
        cache,
        partition,
        options.onMismatch().getOrDefault(dataset, OnMismatch.RESCUE),
        options.schemas().get(dataset),
        options.declared().get(dataset),
        fileSystem,
        locks,
        publisher,
        heldAppends,
        metricsRoom,
        clock);
  }

  /** Publishes what has landed; throws the first failure, after all were tried. */
  public void publish() throws IOException {
    Exception failure = writers.publish();
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
  }

  /** What has landed is live whether it is published or not; the next round tries again. */
  private void publishQuietly() {
    writers.publish();
  }

  /** Brings in what is held for a partition, if it can take it now. */
  public void recover(Partition partition) throws IOException {
    writers.use(
        partition,
        writer -> {
          writer.recover();
          return writer;
        });
  }

  /** How many writers are open. */
  int openWriters() {
    return writers.count();
  }

  public void close() throws IOException {
    background.shutdown(); // an interrupt would close the channels that hold the locks
    try {
      background.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      publish();
    } finally {
      writers.close();
    }
  }
}
