package dev.firn.core.append;

import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.core.rows.NotAnExchangeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * Exchanges that are told apart by the values of their column {@code k}, and a book of what became
 * of each: acknowledged, refused, or unknown.
 */
public final class Appends {
  public static final String DATASET = "messages";
  public static final String SOURCE = "claude";
  public static final String PARTITION = "datasets/messages/source=claude";

  /** Nothing is published but on demand. */
  public static final AppendOptions OPTIONS =
      new AppendOptions(Map.of(), SnapshotPolicy.defaults(), Duration.ZERO, "test");

  private final Map<String, List<String>> acknowledged = new TreeMap<>();
  private final Map<String, List<String>> refused = new TreeMap<>();
  private final Map<String, List<String>> unknown = new TreeMap<>();

  public Appends() {}

  /** Goes on from what another one has noted, for a copy of the cache. */
  public Appends(Appends other) {
    add(other);
  }

  /** Opens a cache as another process would: its own writers, its own memory. */
  public static Cache open(Disk disk, Path root) {
    return Cache.open(disk, root, InstantSource.system(), OPTIONS);
  }

  public static Cache open(Path root) {
    return open(new LocalDisk(), root);
  }

  public static CacheWriter writer(Cache cache) {
    return cache.writer(DATASET, SOURCE);
  }

  /** Rows {@code id/0}, {@code id/1}, … of the plain shape. */
  public static String exchange(String id, int rows) {
    return exchange(id, rows, "");
  }

  /**
   * @param more further fields, for example {@code , "extra": 1}
   */
  public static String exchange(String id, int rows, String more) {
    StringBuilder json = new StringBuilder("[");
    for (String key : keys(id, rows)) {
      json.append(json.length() == 1 ? "" : ",")
          .append("{\"k\": \"")
          .append(key)
          .append("\", \"n\": 7, \"text\": \"hello\"")
          .append(more)
          .append('}');
    }
    return json.append(']').toString();
  }

  static List<String> keys(String id, int rows) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      keys.add(id + "/" + i);
    }
    return keys;
  }

  /** Appends two rows and notes the outcome; a failure that is an answer does not come out. */
  public void append(Cache cache, String id, String more) {
    List<String> keys = keys(id, 2);
    unknown.put(id, keys);
    try {
      writer(cache).append(exchange(id, 2, more));
      acknowledged.put(id, keys);
    } catch (CommitStateUnknown e) {
      return;
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    } catch (IOException e) {
      refused.put(id, keys);
    }
    unknown.remove(id);
  }

  public void append(Cache cache, String id) {
    append(cache, id, "");
  }

  /** Notes rows that were appended by other means. */
  public void acknowledge(String id, int rows) {
    acknowledged.put(id, keys(id, rows));
  }

  /** Notes all that another one has noted. */
  public void add(Appends other) {
    acknowledged.putAll(other.acknowledged);
    refused.putAll(other.refused);
    unknown.putAll(other.unknown);
  }

  /** What was acknowledged, row by row. */
  public List<String> keys() {
    return acknowledged.values().stream().flatMap(List::stream).sorted().toList();
  }

  public int acknowledged() {
    return acknowledged.size();
  }

  /** How many were refused or have an unknown outcome. */
  public int unclear() {
    return refused.size() + unknown.size();
  }

  /**
   * Fails unless every acknowledged row is there once, no refused one is, and of an exchange whose
   * outcome is unknown all rows are there once or none is.
   */
  public void requireIn(Disk disk, Path root, String when) throws IOException {
    List<String> found = keys(disk, root);
    List<String> expected = new ArrayList<>();
    acknowledged.values().forEach(expected::addAll);
    for (List<String> maybe : unknown.values()) {
      if (found.contains(maybe.get(0))) {
        expected.addAll(maybe);
      }
    }
    Collections.sort(expected);
    if (!found.equals(expected)) {
      throw new AssertionError(
          when + ":\nexpected " + expected + "\nfound    " + found + "\nrefused  " + refused);
    }
  }

  /** The value of {@code k} in every live row of the cache, sorted, those that repeat too. */
  public static List<String> keys(Disk disk, Path root) throws IOException {
    List<String> keys = new ArrayList<>();
    for (Partition partition : new CacheDirectory(disk, root).partitions()) {
      if (new PartitionInspector(disk).inspect(partition) instanceof Live live) {
        Types.NestedField key = live.generation().metadata().schema().findField("k");
        if (key != null) {
          new RowReader(disk, live.generation())
              .forEach(
                  new Schema(key),
                  row -> {
                    if (row.get(0) != null) {
                      keys.add((String) row.get(0));
                    }
                    return true;
                  });
        }
      }
    }
    Collections.sort(keys);
    return keys;
  }

  public static Partition partition(Disk disk, Path root) {
    return new CacheDirectory(disk, root).partition(DATASET, Map.of("source", SOURCE));
  }

  public static Live live(Disk disk, Path root) {
    return (Live) new PartitionInspector(disk).inspect(partition(disk, root));
  }
}
