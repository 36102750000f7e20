package dev.firn.maintenance.journal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes down what maintenance did, in {@link CacheDirectory#journal}: a partition like any other,
 * appended to in the usual way (I1), so that every query reads it and passes compact it.
 *
 * <p>What is written together is one exchange, after the fact: a kill in between loses the entries
 * of what was done, never a row of anybody's. It is never held: where the journal is in doubt, or
 * the disk refuses, nothing is written and the caller is told why. That is no failure of what was
 * done.
 */
public final class Journal {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Disk disk;
  private final CacheDirectory cache;
  private final InstantSource clock;
  private final SnapshotPolicy snapshots;
  private final String command;

  /**
   * @param command what this process is
   */
  public Journal(
      Disk disk,
      CacheDirectory cache,
      InstantSource clock,
      SnapshotPolicy snapshots,
      String command) {
    this.disk = disk;
    this.cache = cache;
    this.clock = clock;
    this.snapshots = snapshots;
    this.command = command;
  }

  /** True for a path below the root that is the journal's, or in it. */
  public boolean isOwn(String path) {
    String own = cache.journal().path();
    return path.equals(own) || path.startsWith(own + "/");
  }

  /**
   * Appends the entries, unless they are of nothing but the journal's own maintenance: that would
   * give the next pass something to write down again, for ever.
   *
   * @param time of what was done
   * @return why nothing could be written, if that is so
   */
  public Optional<String> write(Instant time, List<JournalEntry> entries) {
    if (entries.stream()
        .allMatch(entry -> entry.kind() == JournalEntry.Kind.PASS || isOwn(entry.path()))) {
      return Optional.empty();
    }
    Partition journal = cache.journal();
    if (new PartitionInspector(disk).inspect(journal) instanceof Unreadable unreadable) {
      return Optional.of("not journalled: " + unreadable.reason());
    }
    CacheAppender appender =
        new CacheAppender(
            disk, cache, clock, new AppendOptions(Map.of(), snapshots, Duration.ZERO, command));
    try {
      try {
        appender.writer(journal.dataset(), journal.keys()).append(exchange(time, entries));
      } finally {
        appender.close();
      }
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of("not journalled: " + e.getMessage());
    }
  }

  private JsonExchange exchange(Instant time, List<JournalEntry> entries) throws IOException {
    ArrayNode rows = JSON.createArrayNode();
    for (JournalEntry entry : entries) {
      ObjectNode row = rows.addObject();
      // Finer than a timestamp can be, it would be a text.
      row.put("timestamp", time.truncatedTo(ChronoUnit.MICROS).toString());
      row.put("kind", entry.kind().text());
      if (!entry.dataset().isEmpty()) {
        row.put("dataset", entry.dataset());
      }
      if (!entry.path().isEmpty()) {
        row.put("path", entry.path());
      }
      row.put("reason", entry.reason());
      row.put("rows", entry.rows());
      row.put("bytes", entry.bytes());
      if (entry.generationBefore() != null) {
        row.put("generation_before", entry.generationBefore());
      }
      if (entry.generationAfter() != null) {
        row.put("generation_after", entry.generationAfter());
      }
      row.put("command", command);
    }
    byte[] bytes = JSON.writeValueAsBytes(rows);
    try {
      return JsonExchange.parse(bytes, 0, bytes.length);
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }
}
