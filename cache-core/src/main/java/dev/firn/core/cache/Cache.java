package dev.firn.core.cache;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Names;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.apache.iceberg.data.Record;

/**
 * A cache, for programs that embed it: append exchanges, read rows. Any number of threads may share
 * one, and any number of processes may have the same directory open.
 *
 * <pre>{@code
 * try (Cache cache = Cache.open(Path.of("/var/lib/agent/cache"))) {
 *   CacheWriter writer = cache.writer("messages", "claude");
 *   Receipt receipt = writer.append("{\"id\": 1, \"text\": \"hello\"}"); // on the disk when it returns
 *   cache.scan("messages", (partition, row) -> System.out.println(partition + ": " + row));
 * }
 * }</pre>
 */
public final class Cache implements Closeable {
  private final Disk disk;
  private final CacheDirectory directory;
  private final CacheAppender appender;

  /** Takes live rows one at a time. */
  @FunctionalInterface
  public interface RowConsumer {
    void accept(Partition partition, Record row) throws IOException;
  }

  private Cache(Disk disk, Path root, InstantSource clock, AppendOptions options) {
    this.disk = disk;
    this.directory = new CacheDirectory(disk, root);
    this.appender = new CacheAppender(disk, directory, clock, options);
  }

  /** Opens the cache in a directory; it is created by the first append if it is not there. */
  public static Cache open(Path root) {
    return open(new LocalDisk(), root, InstantSource.system(), AppendOptions.defaults());
  }

  public static Cache open(Disk disk, Path root, InstantSource clock, AppendOptions options) {
    return new Cache(disk, root, clock, options);
  }

  /**
   * A writer for the partition {@code source=<source>} of a dataset.
   *
   * @throws IllegalArgumentException if a name could not be a directory below the root
   */
  public CacheWriter writer(String dataset, String source) {
    return appender.writer(dataset, Names.parseKeys("source=" + source));
  }

  /** A writer for a partition with other keys, in the order of the directories. */
  public CacheWriter writer(String dataset, Map<String, String> keys) {
    return appender.writer(dataset, keys);
  }

  /**
   * Reads all live rows of a dataset, partition by partition, those that were appended a moment ago
   * too. Partitions that are in doubt are left out; {@code firn query status} names them.
   */
  public void scan(String dataset, RowConsumer consumer) throws IOException {
    for (Partition partition : directory.partitions(dataset)) {
      if (new PartitionInspector(disk).inspect(partition) instanceof Live live) {
        new RowReader(disk, live.generation())
            .forEach(
                live.generation().metadata().schema(),
                row -> {
                  consumer.accept(partition, row);
                  return true;
                });
      }
    }
  }

  /** Makes everything appended so far visible to other engines, too. */
  public void publish() throws IOException {
    appender.publish();
  }

  /** Publishes and closes. What was acknowledged is safe without it. */
  @Override
  public void close() throws IOException {
    appender.close();
  }
}
