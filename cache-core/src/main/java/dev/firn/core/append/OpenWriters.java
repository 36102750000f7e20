package dev.firn.core.append;

import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The writers of a process that are open: those in use, and of the others the last used ones, so
 * that what they remember is bounded however many partitions there are (I7).
 *
 * <p>Whoever opens one more than there may be closes the one that has not been used for longest,
 * after publishing what it has landed. Nothing rests on a writer that is closed: what it landed is
 * on the disk, and its partition may be opened anew at any time, even while the old writer is still
 * publishing: the two are to each other as writers of two processes. If publishing fails, whoever
 * opens the partition next publishes, or a pass.
 */
final class OpenWriters {
  private final int most;
  private final Function<Partition, PartitionWriter> opening;

  /** Those used last come last. */
  private final Map<String, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Slot {
    private final PartitionWriter writer;
    private int users;
    private boolean closed;

    private Slot(PartitionWriter writer) {
      this.writer = writer;
    }
  }

  /** What is done with a writer, which stays open meanwhile. */
  @FunctionalInterface
  interface Use<T> {
    T with(PartitionWriter writer) throws IOException;
  }

  /**
   * @param most that may be open, but for those in use
   * @param opening makes one; cheap, and touches no disk
   */
  OpenWriters(int most, Function<Partition, PartitionWriter> opening) {
    this.most = most;
    this.opening = opening;
  }

  /** Uses the partition's writer, opening it if it is not. */
  <T> T use(Partition partition, Use<T> use) throws IOException {
    Slot slot = take(partition);
    try {
      return use.with(slot.writer);
    } finally {
      giveBack(slot);
      closeSuperfluous();
    }
  }

  private synchronized Slot take(Partition partition) {
    Slot slot = slots.computeIfAbsent(partition.path(), path -> new Slot(opening.apply(partition)));
    slot.users++;
    return slot;
  }

  private synchronized void giveBack(Slot slot) {
    slot.users--;
  }

  private void closeSuperfluous() {
    Optional<PartitionWriter> superfluous = removeSuperfluous();
    while (superfluous.isPresent()) {
      PartitionWriter writer = superfluous.get();
      try {
        writer.publish();
      } catch (IOException | RuntimeException e) {
        // It is live all the same; the next one to open the partition tries again.
      } finally {
        writer.close();
      }
      superfluous = removeSuperfluous();
    }
  }

  private synchronized Optional<PartitionWriter> removeSuperfluous() {
    if (slots.size() <= most) {
      return Optional.empty();
    }
    Iterator<Slot> oldest = slots.values().iterator();
    while (oldest.hasNext()) {
      Slot slot = oldest.next();
      if (slot.users == 0) {
        oldest.remove();
        slot.closed = true;
        return Optional.of(slot.writer);
      }
    }
    return Optional.empty();
  }

  /** Has each open writer publish; the first failure, after all were tried, or null. */
  @Nullable Exception publish() {
    @Nullable Exception first = null;
    for (Slot slot : all()) {
      if (!tryTake(slot)) {
        continue;
      }
      try {
        slot.writer.publish();
      } catch (IOException | RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      } finally {
        giveBack(slot);
      }
    }
    return first;
  }

  private synchronized List<Slot> all() {
    return new ArrayList<>(slots.values());
  }

  /** Takes it, unless it has been closed; that is no use that would keep it open for longer. */
  private synchronized boolean tryTake(Slot slot) {
    if (!slot.closed) {
      slot.users++;
    }
    return !slot.closed;
  }

  synchronized int count() {
    return slots.size();
  }

  /** Closes all; nobody may use any from then on. */
  synchronized void close() {
    slots.values().forEach(slot -> slot.writer.close());
    slots.clear();
  }
}
