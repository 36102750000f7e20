package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.LandedFiles;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The given ids that one partition knows, as its writer has read them so far. Read first without a
 * lock and then, for the few files that have landed since, under the commit lock under which the
 * writer lands: so no two writers land one id twice. As long as nobody else lands, there is nothing
 * to read: the writer's own ids are noted here when it lands them.
 */
final class GivenIds {
  private static final int LEAST_KNOWN = 1024;

  private final Disk disk;
  private final Partition partition;
  private final InstantSource clock;
  private final Map<ExchangeId, GivenReceipt> known = new HashMap<>();
  private final Set<LandedName> read = new HashSet<>();
  private @Nullable GenerationName generation;
  private @Nullable String table;
  private long completeSince;
  private int forgetAt = LEAST_KNOWN;

  GivenIds(Disk disk, Partition partition, InstantSource clock) {
    this.disk = disk;
    this.partition = partition;
    this.clock = clock;
  }

  /**
   * Reads what has come to the live generation since the last time, for anybody at any time, so
   * that little of it is left to be read under the lock.
   *
   * @param learned of the writer's {@link LandingSequence}
   */
  void refresh(Generation live, long learned) throws IOException {
    if (!isComplete(live, learned)) {
      refresh(live, LandedFiles.list(disk, live.paths()));
    }
  }

  /**
   * Makes sure that no given id is missing, for the holder of the commit lock.
   *
   * @param landed all landed files, if they were listed just now
   * @param learned of the writer's {@link LandingSequence}
   */
  void complete(Generation live, @Nullable List<LandedName> landed, long learned)
      throws IOException {
    if (!isComplete(live, learned)) {
      refresh(live, landed == null ? LandedFiles.list(disk, live.paths()) : landed);
      completeSince = learned;
    }
  }

  /** True if whatever has landed since the last look was landed by this writer. */
  private boolean isComplete(Generation live, long learned) {
    return isOf(live) && completeSince == learned;
  }

  /** By its table, too: a dataset that was dropped and begun anew has the same names. */
  private boolean isOf(Generation live) {
    return live.name().equals(generation) && Objects.equals(live.metadata().uuid(), table);
  }

  /** This writer has landed these, under the commit lock. */
  void landed(Generation live, LandedName name, List<GivenReceipt> receipts) {
    if (isOf(live)) {
      receipts.forEach(receipt -> known.put(receipt.id(), receipt.at(live, partition, name)));
      read.add(name);
      forgetOld();
    }
  }

  private void refresh(Generation live, List<LandedName> landed) throws IOException {
    if (!isOf(live)) {
      generation = null;
      completeSince = 0;
      known.clear();
      read.clear();
      for (GivenReceipt receipt : ReceiptLedger.read(disk, live.directory())) {
        known.put(receipt.id(), receipt);
      }
      generation = live.name();
      table = live.metadata().uuid();
    }
    for (LandedName name : landed) {
      if (name.mayHaveGivenIds() && !read.contains(name)) {
        for (GivenReceipt receipt : ReceiptLedger.ofLanded(disk, partition, live, name)) {
          known.put(receipt.id(), receipt);
        }
        read.add(name);
      }
    }
  }

  /**
   * Answers those of a batch that have landed before: with the first receipt, or, if it was another
   * exchange that came under the id, with a {@link ReusedIdException}. Whoever landed one may have
   * been killed before it synced the directory, so that is done first.
   *
   * @param learned of the writer's {@link LandingSequence}
   */
  void answer(List<Pending> batch, Generation live, long learned) throws IOException {
    if (batch.stream().noneMatch(pending -> pending.id.isGiven() && !pending.isDone())) {
      return;
    }
    refresh(live, learned);
    boolean synced = false;
    for (Pending pending : batch) {
      Optional<GivenReceipt> first = pending.isDone() ? Optional.empty() : find(pending.id);
      if (first.isEmpty()) {
        continue;
      }
      GivenReceipt known = first.get();
      if (!GivenReceipt.mayBeSame(known.digest(), pending.digest)) {
        pending.failure = new ReusedIdException(known.rows(), known.where(), pending.rows.size());
        continue;
      }
      if (!synced) {
        disk.syncDirectory(live.paths().data());
        synced = true;
      }
      pending.receipt =
          new Receipt(
              partition.path(),
              pending.id.toString(),
              known.rows(),
              known.rescuedValues(),
              known.where(),
              false);
    }
  }

  /** What was answered to an exchange of this id within the window. */
  Optional<GivenReceipt> find(ExchangeId id) {
    return Optional.ofNullable(known.get(id))
        .filter(receipt -> receipt.isInWindow(clock.instant()));
  }

  /** So that what is known does not grow with the time that a generation lives. */
  private void forgetOld() {
    if (known.size() >= forgetAt) {
      Instant now = clock.instant();
      known.values().removeIf(receipt -> !receipt.isInWindow(now));
      forgetAt = Math.max(LEAST_KNOWN, 2 * known.size());
    }
  }

  /** Receipts in memory. */
  int size() {
    return known.size();
  }
}
