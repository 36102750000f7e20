package dev.firn.core.append;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.append.LandingSequence.Landed;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.SameThread;
import dev.firn.core.layout.LandedName;
import dev.firn.core.rows.EncodedFile;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Takes landed files into a generation's Iceberg table, all in one commit that also records the
 * highest of their numbers as {@code firn.published}, and expires old snapshots. The caller holds
 * the partition's commit lock; without it two commits could each miss what the other published.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>{@code data/} synced</b>: the files are durable under their names, and live as before,
 *       because they are above {@code firn.published}.
 *   <li><b>Manifests written</b>: files that no metadata names; the next clean-up removes them.
 *   <li><b>Metadata linked</b>: the files are in the snapshot and at the same instant no longer
 *       above {@code firn.published}. Every reader counts them once, before and after.
 * </ol>
 *
 * A failure from the last step on is unknown: nothing is cleaned up, and the next publish computes
 * what is unpublished anew. There is no retry inside Iceberg: it adds files twice.
 */
public final class Publisher {
  private final Disk disk;
  private final InstantSource clock;
  private final SnapshotPolicy policy;

  /**
   * @param policy which snapshots stay
   */
  public Publisher(Disk disk, InstantSource clock, SnapshotPolicy policy) {
    this.disk = disk;
    this.clock = clock;
    this.policy = policy;
  }

  /** Landed files as Iceberg is to be told of them: read before the lock is taken. */
  public static final class Prepared {
    private final Map<LandedName, List<DataFile>> files = new HashMap<>();

    private final Known known;

    private Prepared(Known known) {
      this.known = known;
    }
  }

  /** What the writer that landed a file knows of it. */
  @FunctionalInterface
  interface Known {
    /** Null if it is not known any more: then the footer tells. */
    @Nullable EncodedFile of(LandedName name);
  }

  /**
   * Reads the footers of what is unpublished, so that the commit lock need not be held for it. What
   * lands afterwards is read under the lock.
   */
  public Prepared prepare(Generation generation) throws IOException {
    return prepare(generation, generation.unpublished(), name -> null);
  }

  /** The same of some landed files, reading no footer of those that are known. */
  Prepared prepare(Generation generation, List<LandedName> landed, Known known) throws IOException {
    Prepared prepared = new Prepared(known);
    LandedDataFiles files = new LandedDataFiles(disk, generation, known);
    for (LandedName name : landed) {
      prepared.files.put(name, files.describe(name));
    }
    return prepared;
  }

  /**
   * Publishes what is unpublished.
   *
   * @param seen the generation as the caller last saw it
   * @return the generation as it is now, loaded under the lock
   */
  public Generation publish(Generation seen, Prepared prepared) throws IOException {
    return publish(Generation.load(disk, seen.directory(), seen.name()), prepared, null);
  }

  /**
   * Publishes what is unpublished, and gives the table another schema in the same commit.
   *
   * @param landed what has landed and may not be published, and no file less. If the metadata
   *     publishes less than was noted then, a repair has stepped back to an older version, and what
   *     has landed is listed
   * @param evolved the generation's schema with columns added, widened or made optional; null to
   *     leave it
   */
  Generation publish(Generation seen, Landed landed, Prepared prepared, @Nullable Schema evolved)
      throws IOException {
    Generation now = Generation.load(disk, seen.directory(), seen.name(), landed.names());
    return publish(
        now.published() < landed.above()
            ? Generation.load(disk, seen.directory(), seen.name())
            : now,
        prepared,
        evolved);
  }

  private Generation publish(Generation generation, Prepared prepared, @Nullable Schema evolved)
      throws IOException {
    List<LandedName> landed = generation.unpublished();
    if (landed.isEmpty() && evolved == null) {
      return generation;
    }
    disk.syncDirectory(generation.paths().data());
    LandedDataFiles files = new LandedDataFiles(disk, generation, prepared.known);
    List<DataFile> dataFiles = new ArrayList<>();
    for (LandedName name : landed) {
      List<DataFile> known = prepared.files.get(name);
      dataFiles.addAll(known == null ? files.describe(name) : known);
    }
    commit(generation, landed, dataFiles, evolved, Map.of());
    // Nobody else lands meanwhile.
    Generation published = Generation.load(disk, generation.directory(), generation.name(), landed);
    if (policy.expires(published)) {
      new MetadataCleanup(disk, clock, published).run();
    }
    return published;
  }

  /**
   * Drops snapshots that are more or older than the policy keeps, in a commit of its own: for
   * tables to which nothing is appended any more. Metadata alone; the current snapshot stays.
   *
   * @return how many went
   */
  public int expire(Generation seen) throws IOException {
    Generation generation = Generation.load(disk, seen.directory(), seen.name());
    if (generation.metadata().currentSnapshot() == null) {
      return 0;
    }
    Transaction transaction = generation.table().newTransaction();
    int going;
    try {
      going = policy.expire(transaction, generation, clock.instant(), 0);
      if (going == 0) {
        return 0;
      }
      transaction.commitTransaction();
    } catch (CommitFailedException e) {
      throw new CommitConflict(
          generation.directory() + " was committed to by another program: " + e.getMessage());
    } catch (RuntimeException e) {
      throw new CommitStateUnknown(
          generation.directory() + ": it is unknown whether its snapshots were dropped" + why(e),
          e);
    }
    new MetadataCleanup(disk, clock, Generation.load(disk, seen.directory(), seen.name())).run();
    return going;
  }

  /**
   * Publishes what is unpublished but for damaged files, which count as published from then on, so
   * that nobody reads them. Their ids are recorded in the same commit.
   *
   * @param leftOut id of the quarantine's record by damaged file
   */
  public Generation publishWithout(Generation seen, Map<LandedName, String> leftOut)
      throws IOException {
    Generation generation = Generation.load(disk, seen.directory(), seen.name());
    List<LandedName> landed = generation.unpublished();
    if (!landed.containsAll(leftOut.keySet())) {
      throw new CommitConflict(
          generation.directory() + ": " + leftOut + " was published meanwhile");
    }
    disk.syncDirectory(generation.paths().data());
    LandedDataFiles files = new LandedDataFiles(disk, generation, name -> null);
    List<DataFile> dataFiles = new ArrayList<>();
    for (LandedName name : landed) {
      if (!leftOut.containsKey(name)) {
        dataFiles.addAll(files.describe(name));
      }
    }
    commit(
        generation,
        landed,
        dataFiles,
        null,
        Map.of(Generation.QUARANTINED, generation.quarantinedWith(leftOut.values())));
    return Generation.load(disk, seen.directory(), seen.name());
  }

  private void commit(
      Generation generation,
      List<LandedName> landed,
      List<DataFile> dataFiles,
      @Nullable Schema evolved,
      Map<String, String> properties)
      throws IOException {
    Transaction transaction = generation.table().newTransaction();
    try {
      if (evolved != null) {
        evolve(transaction, generation.metadata().schema(), evolved);
      }
      if (!landed.isEmpty()) {
        if (!dataFiles.isEmpty()) {
          AppendFiles append =
              transaction
                  .newAppend()
                  .scanManifestsWith(SameThread.EXECUTOR)
                  .writeManifestsWith(SameThread.EXECUTOR, 1);
          dataFiles.forEach(append::appendFile);
          append.commit();
        }
        UpdateProperties update =
            transaction
                .updateProperties()
                .set(Generation.PUBLISHED, Long.toString(landed.get(landed.size() - 1).number()));
        properties.forEach(update::set);
        update.commit();
        policy.expire(transaction, generation, clock.instant());
      }
      transaction.commitTransaction();
    } catch (CommitFailedException e) {
      throw new CommitConflict(
          generation.directory() + " was committed to by another program: " + e.getMessage());
    } catch (RuntimeException e) {
      throw new CommitStateUnknown(
          generation.directory()
              + ": it is unknown whether its landed files were published"
              + why(e),
          e);
    }
  }

  private static String why(RuntimeException error) {
    return error.getCause() instanceof IOException disk ? ": " + disk.getMessage() : "";
  }

  private static void evolve(Transaction transaction, Schema current, Schema evolved) {
    UpdateSchema update = transaction.updateSchema();
    for (Types.NestedField field : evolved.columns()) {
      Types.@Nullable NestedField old = current.findField(field.fieldId());
      if (old == null) {
        update.addColumn(null, field.name(), field.type()); // a dot in the name is no path
        continue;
      }
      if (!old.type().equals(field.type())) {
        update.updateColumn(old.name(), (Type.PrimitiveType) field.type());
      }
      if (old.isRequired() && field.isOptional()) {
        update.makeColumnOptional(old.name());
      }
    }
    if (!evolved.identifierFieldIds().equals(current.identifierFieldIds())) {
      update.setIdentifierFields(evolved.identifierFieldNames());
    }
    update.commit();
  }
}
