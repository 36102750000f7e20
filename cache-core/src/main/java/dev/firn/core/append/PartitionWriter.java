package dev.firn.core.append;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.append.LandingSequence.Landed;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.rows.DeclaredSchema;
import dev.firn.core.rows.EncodedFile;
import dev.firn.core.rows.ExchangeEncoder;
import dev.firn.core.rows.OnMismatch;
import dev.firn.core.rows.SchemaFit;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one partition (I1). Any number of threads; those that wait while one is landing are
 * landed together in one file by whoever goes next, so that under load the files grow and the syncs
 * an exchange fall.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Encoded</b> into a temporary file in {@code data/} of the live generation, synced:
 *       litter. Nobody was told anything.
 *   <li><b>Linked</b>, under the commit lock and after a look at the cursor, to {@code
 *       <n>-<writer>.parquet}, n being one more than any number in {@code data/}: live to every
 *       reader, not yet durable under its name, and not yet acknowledged. If the cursor names
 *       another generation by now, the link goes into that one.
 *   <li><b>Directory synced</b>: durable. Only now {@link #append} returns.
 *   <li><b>Temporary name removed</b>.
 * </ol>
 *
 * Two syncs, and no Iceberg commit unless the schema grows. Neither sync can be spared: without the
 * first a power cut leaves a name of bytes that are not there, which nobody could tell from damage
 * to what was acknowledged; without the second it takes the name. Nor can one do for both: a sync
 * of the file after the link takes the name along on some file systems, and none promises it.
 * Exchanges that land together share them. From the link on a failure leaves it unknown whether the
 * rows are there ({@link CommitStateUnknown}); before it they are not. A process that meets a
 * cursor new to it syncs the partition's directory first, so that no acknowledgement rests on a
 * cursor that a power cut could take back.
 */
final class PartitionWriter {
  private static final int ATTEMPTS = 20;

  private final Disk disk;
  private final CacheDirectory cache;
  private final Partition partition;
  private final OnMismatch onMismatch;
  private final @Nullable Schema givenSchema;
  private final @Nullable DeclaredSchema declared;
  private final FileSystemCheck fileSystem;
  private final PartitionLocks locks;
  private final Publisher publisher;
  private final Landing landing;
  private final LandingSequence sequence;
  private final PartitionPublishing publishing;
  private final HeldAppends heldAppends;
  private final HeldRecovery recovery;
  private final PartitionInspector inspector;
  private final ExchangeEncoder encoder = new ExchangeEncoder();
  private final InstantSource clock;
  private final GivenIds givenIds;
  private final LandingQueue queue = new LandingQueue();
  private @Nullable Live state;
  private @Nullable MetricsConfig metricsConfig;
  private @Nullable Generation metricsConfigOf;

  PartitionWriter(
      Disk disk,
      CacheDirectory cache,
      Partition partition,
      OnMismatch onMismatch,
      @Nullable Schema givenSchema,
      @Nullable DeclaredSchema declared,
      FileSystemCheck fileSystem,
      PartitionLocks locks,
      Publisher publisher,
      HeldAppends heldAppends,
      MetricsRoom metricsRoom,
      InstantSource clock) {
    this.disk = disk;
    this.cache = cache;
    this.partition = partition;
    this.onMismatch = onMismatch;
    this.givenSchema = givenSchema;
    this.declared = declared;
    this.fileSystem = fileSystem;
    this.locks = locks;
    this.publisher = publisher;
    this.heldAppends = heldAppends;
    this.recovery = new HeldRecovery(disk, partition, heldAppends);
    this.inspector = new PartitionInspector(disk);
    this.sequence = new LandingSequence(disk, partition, metricsRoom);
    this.publishing = new PartitionPublishing(disk, partition, locks, publisher, sequence);
    this.clock = clock;
    this.givenIds = new GivenIds(disk, partition, clock);
    this.landing = new Landing(disk, partition, locks, heldAppends, givenIds, sequence);
  }

  /**
   * Lands exchanges of one caller, each behind the one before it, and returns when each has its
   * receipt or its failure. One whose id was given, and with which an exchange landed within its
   * window, gets the first receipt, and nothing lands; where its rows say something else, it fails
   * with a {@link ReusedIdException}. One that does not fit, where the dataset rejects what does
   * not, fails with a {@link MismatchException}. With one that fails fail those behind it.
   */
  void append(List<Pending> own) {
    queue.land(
        own,
        batch -> {
          try {
            land(batch);
          } catch (IOException | RuntimeException | Error e) {
            fail(batch, e);
          }
        });
  }

  /**
   * An interrupt is meant for one thread. Those whose exchanges it was landing and has certainly
   * not landed do it themselves.
   */
  private void fail(List<Pending> batch, Throwable failure) {
    boolean interrupted =
        Thread.currentThread().isInterrupted() && !(failure instanceof CommitStateUnknown);
    List<Pending> others = new ArrayList<>();
    for (Pending pending : batch) {
      if (pending.isDone()) {
        continue;
      }
      if (interrupted && !pending.isOwn()) {
        others.add(pending);
      } else {
        pending.failure = failure;
      }
    }
    queue.back(others);
  }

  private void land(List<Pending> batch) throws IOException {
    batch.forEach(Pending::isGivenUp);
    long waiting = Pending.waiting(batch);
    for (int attempt = 0; waiting > 0; attempt++) {
      if (attempt == ATTEMPTS) {
        throw new IOException(partition + " kept changing, for " + ATTEMPTS + " attempts");
      }
      Live live = state == null ? null : publishing.newest(state);
      if (live == null) {
        live = open(batch);
        if (live == null) {
          return; // held
        }
      }
      state = live;
      if (declared != null) {
        Schema current = live.generation().metadata().schema();
        int lastColumnId = live.generation().metadata().lastColumnId();
        Schema wanted = declared.onto(current, lastColumnId, partition.path());
        if (!wanted.sameSchema(current)) {
          evolve(live, wanted);
          continue;
        }
      }
      answerRetries(batch, live);
      List<Pending> fitting = fitting(batch, live);
      if (!fitting.isEmpty()) {
        landOrEvolve(live, fitting);
      }
      if (Pending.waiting(batch) < waiting) {
        waiting = Pending.waiting(batch);
        attempt = -1; // some have landed: the others have as many attempts as they
      }
    }
  }

  private void landOrEvolve(Live live, List<Pending> fitting) throws IOException {
    List<ObjectNode> rows = Pending.rows(fitting);
    Schema schema = live.generation().metadata().schema();
    if (encoder.takes(schema, rows)) {
      landRows(live, fitting, rows, schema);
      return;
    }
    SchemaFit fit = fit(live, rows, OnMismatch.RESCUE);
    if (fit.changesSchema()) {
      evolve(live, fit.schema());
    } else {
      landRows(live, fitting, rows, fit.schema());
    }
  }

  /** Answers the exchanges that have landed before. */
  private void answerRetries(List<Pending> batch, Live live) throws IOException {
    try {
      givenIds.answer(batch, live.generation(), sequence.learned());
    } catch (NoSuchFileException e) {
      state = null; // the generation was superseded and removed meanwhile
    }
  }

  /** Opens the partition, creating it if it is absent; null if the batch was held instead. */
  private @Nullable Live open(List<Pending> batch) throws IOException {
    requireFileSystem();
    PartitionState found = inspector.inspect(partition);
    if (found instanceof Absent || PartitionCreation.isUnfinished(disk, found)) {
      new PartitionCreation(disk, cache.root(), locks).create(partition, firstSchema(batch));
      found = inspector.inspect(partition);
    } else if (found instanceof Unreadable) {
      found = inspector.inspect(partition); // a creation that was looked at may be finished by now
    }
    if (found instanceof Live opened) {
      Live live = opened;
      begin(live);
      if (!recovery.isRunning()) {
        try {
          recover(live);
        } catch (IOException | RuntimeException e) {
          // What is held stays held, and is counted; it does not stop what is new.
          state = state == null ? live : state;
        }
        live = state == null ? live : state;
      }
      return live;
    }
    if (found instanceof Unreadable unreadable) {
      for (Pending pending : batch) {
        if (!pending.isDone() && !pending.isGivenUp()) {
          hold(pending);
        }
      }
      return null;
    }
    throw new IOException(partition + " could not be created");
  }

  private Schema firstSchema(List<Pending> batch) {
    if (declared != null) {
      return declared.schema();
    }
    List<Pending> judging = onMismatch == OnMismatch.REJECT ? batch.subList(0, 1) : batch;
    return givenSchema == null
        ? SchemaFit.of(null, 0, Pending.rows(judging), OnMismatch.RESCUE).schema()
        : givenSchema;
  }

  /** Before anything is written: the root may hold the partition by a mount of its own. */
  private void requireFileSystem() throws IOException {
    fileSystem.require(cache.root());
    fileSystem.require(partition.directory());
  }

  private void hold(Pending pending) throws IOException {
    try {
      pending.receipt =
          new Receipt(
              partition.path(), pending.id.toString(), pending.rows.size(), 0, held(pending), true);
    } catch (ReusedIdException e) {
      pending.failure = e;
    }
  }

  /** Where an exchange is held, now or already. */
  private String held(Pending pending) throws IOException {
    if (pending.held != null) {
      return cache.relative(pending.held.path());
    }
    Optional<String> before =
        pending.id.isGiven() ? heldAppends.find(partition, pending) : Optional.empty();
    return before.isPresent()
        ? before.get()
        : heldAppends.hold(partition, pending.id.toString(), pending.rows);
  }

  /**
   * Goes on from a state that was read. What it rests on is made durable first: the cursor, and the
   * metadata with the schema, which a process that died may have left unsynced.
   */
  private void begin(Live live) throws IOException {
    disk.syncDirectory(partition.directory());
    disk.syncDirectory(live.generation().paths().metadata());
    state = live;
    publishing.somethingLanded(live); // an earlier process may have left files unpublished
  }

  /**
   * The exchanges that can land together. Of those with one given id only the first can: the others
   * are answered when it has landed. Misfits are answered here if they are rejected; then what
   * changes the schema lands alone, because those behind it are judged by the schema that it makes.
   */
  private List<Pending> fitting(List<Pending> batch, Live live) {
    List<Pending> fitting = new ArrayList<>();
    Set<ExchangeId> ids = new HashSet<>();
    for (Pending pending : batch) {
      if (pending.isDone() || pending.isGivenUp() || ids.contains(pending.id)) {
        continue;
      }
      if (onMismatch == OnMismatch.REJECT
          && pending.held == null
          && !encoder.takes(live.generation().metadata().schema(), pending.rows)) {
        SchemaFit fit = fit(live, pending.rows, onMismatch);
        var mismatch =
            fit.firstMismatch()
                .or(() -> declared == null ? Optional.empty() : declared.missing(pending.rows));
        if (mismatch.isPresent()) {
          pending.failure = new MismatchException(mismatch.get());
          continue;
        }
        if (fit.changesSchema()) {
          return fitting.isEmpty() ? List.of(pending) : fitting;
        }
      }
      ids.add(pending.id);
      fitting.add(pending);
    }
    return fitting;
  }

  private long rescuedValues(Live live, Pending pending) {
    return encoder.takes(live.generation().metadata().schema(), pending.rows)
        ? 0
        : fit(live, pending.rows, OnMismatch.RESCUE).rescuedValues();
  }

  private static SchemaFit fit(Live live, List<ObjectNode> rows, OnMismatch onMismatch) {
    return SchemaFit.of(
        live.generation().metadata().schema(),
        live.generation().metadata().lastColumnId(),
        rows,
        onMismatch);
  }

  /** Gives the table its new schema, or learns that somebody else has changed it. */
  private void evolve(Live live, Schema schema) throws IOException {
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      Generation known = live.generation();
      Generation current = Generation.load(disk, known.directory(), known.name());
      lock.requireValid();
      if (CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor())
          && current.metadata().schema().sameSchema(known.metadata().schema())
          && current.metadata().lastColumnId() == known.metadata().lastColumnId()) {
        publisher.publish(
            current,
            new Landed(current.unpublished(), current.published()),
            publisher.prepare(current, current.unpublished(), sequence::described),
            schema);
      }
    } catch (NoSuchFileException e) {
      state = null;
      return;
    }
    state = null;
  }

  /** Lands the rows, or nothing if the partition has moved and they must be encoded anew. */
  private void landRows(Live live, List<Pending> batch, List<ObjectNode> rows, Schema schema)
      throws IOException {
    Generation generation = live.generation();
    Path temporary = DurableFiles.temporaryBeside(generation.paths().data().resolve("exchange"));
    List<GivenReceipt> given = givenReceipts(live, batch);
    EncodedFile file;
    try {
      file =
          encoder.encode(
              schema,
              generation.metadata().sortOrder(),
              rows,
              Pending.footer(batch, given),
              new ParquetOutput(disk, temporary),
              metricsConfig(generation));
    } catch (NoSuchFileException e) {
      state = null; // the generation was superseded and removed meanwhile
      return;
    } catch (IOException | RuntimeException e) {
      forget(temporary, e);
      throw e;
    }
    @Nullable Path landed = link(live, new Landing.Encoded(temporary, file, schema, batch, given));
    if (landed == null) {
      forget(temporary, new IOException("superseded"));
      return;
    }
    try {
      disk.syncDirectory(Objects.requireNonNull(landed.getParent()));
    } catch (IOException e) {
      throw new CommitStateUnknown(landed + ": it is unknown whether it is durable", e);
    }
    publishing.somethingLanded(state == null ? live : state);
    for (Pending pending : batch) {
      pending.receipt =
          new Receipt(
              partition.path(),
              pending.id.toString(),
              pending.rows.size(),
              file.rescuedValues() == 0 ? 0 : rescuedValues(live, pending),
              cache.relative(landed),
              false);
    }
    forget(temporary, new IOException("landed"));
  }

  @SuppressWarnings("ReferenceEquality")
  private MetricsConfig metricsConfig(Generation generation) {
    MetricsConfig config = metricsConfig;
    if (config == null || generation != metricsConfigOf) {
      config = MetricsConfig.forTable(generation.table());
      metricsConfig = config;
      metricsConfigOf = generation;
    }
    return config;
  }

  /** The landed file; null if it did not land and the partition may have moved. */
  private @Nullable Path link(Live live, Landing.Encoded encoded) throws IOException {
    try {
      Landing.Outcome outcome = landing.link(live, encoded);
      state = outcome.state();
      return outcome.landed();
    } catch (CommitStateUnknown e) {
      throw e;
    } catch (IOException e) {
      forget(encoded.temporary(), e);
      throw e;
    }
  }

  private void recover(Live live) throws IOException {
    recovery.recover(
        pending -> {
          if (state == null) {
            state = live;
          }
          land(List.of(pending));
        });
  }

  private List<GivenReceipt> givenReceipts(Live live, List<Pending> batch) {
    List<GivenReceipt> given = new ArrayList<>();
    long now = clock.instant().toEpochMilli();
    for (Pending pending : batch) {
      if (pending.id.isGiven()) {
        long rescued = rescuedValues(live, pending);
        given.add(
            new GivenReceipt(
                pending.id,
                pending.rows.size(),
                rescued,
                "",
                now,
                pending.window.toSeconds(),
                pending.digest));
      }
    }
    return given;
  }

  /** Removes a temporary name; one that stays is litter. */
  private void forget(Path temporary, Exception reason) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** Publishes what has landed, if anything has since the last time. */
  void publish() throws IOException {
    publishing.publish();
  }

  /** Opens the partition if it is there, and brings in what is held for it. */
  void recover() throws IOException {
    queue.alone(
        () -> {
          requireFileSystem();
          if (inspector.inspect(partition) instanceof Live live) {
            begin(live);
            recover(live);
          }
        });
    publish();
  }

  /** Lets go of what it remembers; what it has landed stays live, published or not. */
  void close() {
    queue.alone(
        () -> {
          encoder.close();
          sequence.forget();
        });
  }
}
