package dev.firn.core.append;

import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.rows.EncodedFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The step that makes encoded rows live: a link from the temporary name to the next number of the
 * live generation, under the commit lock and after a look at the cursor. No sync is made under the
 * lock unless the partition has moved, and nothing is listed unless another process has landed (see
 * {@link LandingSequence}). What is there before the link and after it stands in {@link
 * PartitionWriter}.
 */
final class Landing {
  private final Disk disk;
  private final Partition partition;
  private final PartitionLocks locks;
  private final PartitionInspector inspector;
  private final HeldAppends heldAppends;
  private final GivenIds givenIds;
  private final LandingSequence sequence;
  private final String writer = LandedName.newWriter(false);
  private final String writerOfGivenIds = LandedName.newWriter(true);

  Landing(
      Disk disk,
      Partition partition,
      PartitionLocks locks,
      HeldAppends heldAppends,
      GivenIds givenIds,
      LandingSequence sequence) {
    this.disk = disk;
    this.partition = partition;
    this.locks = locks;
    this.inspector = new PartitionInspector(disk);
    this.heldAppends = heldAppends;
    this.givenIds = givenIds;
    this.sequence = sequence;
  }

  /** Rows in a file under a temporary name, durable. */
  record Encoded(
      Path temporary,
      EncodedFile file,
      Schema schema,
      List<Pending> batch,
      List<GivenReceipt> given) {
    Encoded {
      batch = List.copyOf(batch);
      given = List.copyOf(given);
    }
  }

  /**
   * What came of it.
   *
   * @param state the partition as it was under the lock; null if it is to be looked at anew
   * @param landed null if the rows have to be encoded anew, or a given id of the batch has landed
   */
  record Outcome(@Nullable Live state, @Nullable Path landed) {}

  /**
   * @throws CommitStateUnknown if the rows are live and yet the lock was not released
   * @throws IOException if they are not live
   */
  Outcome link(Live live, Encoded encoded) throws IOException {
    boolean linked = false;
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      Live current = live;
      boolean moved = !CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor());
      // Numbers go on from what is published now, not from what was when the state was read.
      if (moved || !live.generation().isNewest()) {
        PartitionState found = moved ? inspector.inspect(partition) : reloaded(live);
        if (!(found instanceof Live now)) {
          return new Outcome(null, null);
        }
        if (moved) {
          disk.syncDirectory(partition.directory());
        }
        current = now;
        if (!now.generation().metadata().schema().sameSchema(encoded.schema())) {
          disk.syncDirectory(now.generation().paths().metadata());
          return new Outcome(now, null);
        }
      }
      Generation generation = current.generation();
      List<LandedName> listed =
          sequence.knowsAllOf(generation.name()) ? null : sequence.learn(generation);
      if (!encoded.given().isEmpty()) {
        givenIds.complete(generation, listed, sequence.learned());
      }
      if (encoded.given().stream().anyMatch(receipt -> givenIds.find(receipt.id()).isPresent())) {
        return new Outcome(current, null);
      }
      LandedName name = nextName(encoded);
      Path target = generation.paths().data().resolve(name.format());
      lock.requireValid();
      Pending first = encoded.batch().get(0);
      if (first.held != null) {
        first.held = heldAppends.markLanding(first.held, generation.name(), name);
      }
      link(encoded.temporary(), target);
      linked = true;
      sequence.landed(name, encoded.file());
      givenIds.landed(generation, name, encoded.given());
      return new Outcome(current, target);
    } catch (IOException e) {
      if (linked) {
        throw new CommitStateUnknown(partition + ": linked, but the lock was not released", e);
      }
      if (e instanceof NoSuchFileException) {
        return new Outcome(null, null);
      }
      throw e;
    }
  }

  private void link(Path temporary, Path target) throws IOException {
    boolean linked = false;
    try {
      disk.link(temporary, target);
      linked = true;
    } finally {
      if (!linked) {
        sequence.forget(); // it may be there, whatever was said
      }
    }
  }

  /** The name that a held exchange is promised is never given to another one. */
  private LandedName nextName(Encoded encoded) {
    boolean given = !encoded.given().isEmpty();
    String by =
        encoded.batch().get(0).held != null
            ? LandedName.newWriter(given)
            : given ? writerOfGivenIds : writer;
    return new LandedName(sequence.next(), by);
  }

  private Live reloaded(Live live) throws IOException {
    Generation known = live.generation();
    return new Live(
        partition,
        live.cursor(),
        Generation.load(disk, known.directory(), known.name(), List.of()),
        live.others());
  }
}
