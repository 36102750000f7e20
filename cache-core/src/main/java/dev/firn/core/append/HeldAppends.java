package dev.firn.core.append;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.LockRegistry;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Exchanges for partitions that are in doubt, kept outside them in {@code
 * <root>/held/<partition>/<millis>-<id>.json} until the partition can take them. A held file is
 * whole and durable when {@link #hold} returns.
 *
 * <p>They are landed by one process at a time, which holds {@code .recover.lock} beside them. While
 * one is being landed it is named {@code ….json.landing-<generation>-<landed file>}: so after a
 * kill it can be told whether its rows are in that generation already.
 */
public final class HeldAppends {
  /** In a cache's root. */
  public static final String HELD = "held";

  /** Made where something is held, which is nowhere as a rule. */
  private static final class Form {
    static final Pattern LANDING =
        Pattern.compile("(.+\\.json)\\.landing-(.+)-([1-9][0-9]*-[0-9a-f]{16}\\.parquet)");
  }

  private static final String LOCK = ".recover.lock";
  private static final int ATTEMPTS = 20;

  private final Disk disk;
  private final CacheDirectory cache;
  private final InstantSource clock;

  public HeldAppends(Disk disk, CacheDirectory cache, InstantSource clock) {
    this.disk = disk;
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * A held exchange.
   *
   * @param original its file's name when nobody lands it
   * @param landing where somebody began to land it, if anybody did
   */
  record HeldFile(Path path, String original, Optional<Landing> landing) {}

  /** A place in a generation. */
  record Landing(GenerationName generation, LandedName name) {}

  /** The file that a held file of this name was about to land in, if anybody had begun to. */
  public static Optional<Path> landingPlace(Partition partition, String name) {
    Matcher matcher = Form.LANDING.matcher(name);
    return matcher.matches()
        ? GenerationName.parse(matcher.group(2))
            .map(
                generation ->
                    partition.generation(generation).resolve("data").resolve(matcher.group(3)))
        : Optional.empty();
  }

  /** Writes an exchange durably; returns where, below the root. */
  String hold(Partition partition, String id, List<ObjectNode> rows) throws IOException {
    Path directory = directory(partition);
    Directories.ensure(disk, cache.root(), directory);
    Path file = directory.resolve("%016d-%s.json".formatted(clock.millis(), id));
    byte[] bytes =
        new HeldExchange(id, partition.path(), clock.instant().toString(), rows).format();
    try {
      DurableFiles.create(disk, file, bytes);
    } catch (IOException e) {
      if (disk.stat(file).isPresent()) {
        throw new CommitStateUnknown(file + ": it is unknown whether it is durable", e);
      }
      throw e;
    }
    return cache.relative(file);
  }

  /** The held exchanges of a partition, the oldest first. */
  List<HeldFile> list(Partition partition) throws IOException {
    Path directory = directory(partition);
    List<HeldFile> files = new ArrayList<>();
    if (disk.stat(directory).isEmpty()) {
      return files;
    }
    for (String name : disk.list(directory)) {
      Path path = directory.resolve(name);
      Matcher matcher = Form.LANDING.matcher(name);
      if (matcher.matches()) {
        Optional<GenerationName> generation = GenerationName.parse(matcher.group(2));
        Optional<LandedName> landed = LandedName.parse(matcher.group(3));
        if (generation.isPresent() && landed.isPresent()) {
          files.add(
              new HeldFile(
                  path,
                  matcher.group(1),
                  Optional.of(new Landing(generation.get(), landed.get()))));
        }
      } else if (name.endsWith(".json") && !DurableFiles.isTemporary(name)) {
        files.add(new HeldFile(path, name, Optional.empty()));
      }
    }
    return files;
  }

  /**
   * Where, below the root, an exchange of this id is held, durably; empty if it is not.
   *
   * @throws ReusedIdException if what is held says something else. Of what cannot be read nobody
   *     can tell
   */
  Optional<String> find(Partition partition, Pending pending) throws IOException {
    for (HeldFile file : list(partition)) {
      if (file.original().endsWith("-" + pending.id + ".json")) {
        requireSame(file, pending);
        disk.syncDirectory(directory(partition));
        return Optional.of(cache.relative(file.path()));
      }
    }
    return Optional.empty();
  }

  private void requireSame(HeldFile file, Pending pending) throws IOException {
    List<ObjectNode> first;
    try {
      first = read(file).rows();
    } catch (Corrupt e) {
      return;
    }
    if (!GivenReceipt.mayBeSame(Pending.digest(first, pending.id), pending.digest)) {
      String where = cache.relative(file.path());
      throw new ReusedIdException(first.size(), where, pending.rows.size());
    }
  }

  /** How many exchanges are held for a partition. */
  public int count(Partition partition) throws IOException {
    return list(partition).size();
  }

  /** The held exchanges that have not landed, the oldest first. */
  private List<HeldFile> waiting(Partition partition) throws IOException {
    List<HeldFile> waiting = new ArrayList<>();
    for (HeldFile file : list(partition)) {
      if (file.landing().isEmpty() || !hasLanded(partition, file.landing().get())) {
        waiting.add(file);
      }
    }
    return waiting;
  }

  /**
   * A partition at one instant: no row that is held for it has landed in what is live, and none is
   * missing from both.
   */
  public record Instant(PartitionState state, HeldRows held) implements Closeable {
    @Override
    public void close() throws IOException {
      held.close();
    }
  }

  /**
   * The state of a partition and what is held for it. Which exchanges wait is asked before and
   * after the live generation is loaded and they are copied: where the two answers differ some may
   * have landed in between, and it is done again. Changes nothing in the cache and takes no lock.
   *
   * @param copies where rows are copied to, if there are any
   * @param places names there that are free
   * @throws CommitConflict if exchanges keep landing
   * @throws dev.firn.core.CacheException.Corrupt if what is held is not what was accepted
   */
  public Instant inspect(Partition partition, Disk copies, Places places) throws IOException {
    PartitionInspector inspector = new PartitionInspector(disk);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<HeldFile> before = waiting(partition);
      PartitionState state = inspector.inspect(partition);
      if (before.isEmpty()) {
        if (waiting(partition).isEmpty()) {
          return new Instant(state, HeldRows.none());
        }
        continue;
      }
      HeldRows rows;
      try {
        rows = HeldRows.copy(disk, before, copies, places.next());
      } catch (NoSuchFileException e) {
        if (waiting(partition).equals(before)) {
          throw e;
        }
        continue; // it landed
      }
      if (waiting(partition).equals(before)) {
        return new Instant(state, rows);
      }
      rows.close();
    }
    throw new CommitConflict(partition + ": held exchanges kept landing while it was read");
  }

  /** Gives names that are free. */
  @FunctionalInterface
  public interface Places {
    Path next() throws IOException;
  }

  HeldExchange read(HeldFile file) throws IOException {
    return HeldExchange.parse(file.path(), disk.read(file.path()));
  }

  /** The right to land what is held for a partition; empty if another process has it. */
  Optional<HeldLock> tryLock(Partition partition) throws IOException {
    return LockRegistry.ofThisProcess().tryAcquire(disk, directory(partition).resolve(LOCK));
  }

  /** Says, durably, where a held exchange is about to be linked. */
  HeldFile markLanding(HeldFile file, GenerationName generation, LandedName name)
      throws IOException {
    Path marked =
        file.path()
            .resolveSibling(
                file.original() + ".landing-" + generation.format() + "-" + name.format());
    rename(file, marked);
    return new HeldFile(marked, file.original(), Optional.of(new Landing(generation, name)));
  }

  /** Takes {@link #markLanding} back: its rows did not land. */
  HeldFile unmark(HeldFile file) throws IOException {
    Path original = file.path().resolveSibling(file.original());
    rename(file, original);
    return new HeldFile(original, file.original(), Optional.empty());
  }

  private void rename(HeldFile file, Path to) throws IOException {
    disk.rename(file.path(), to);
    disk.syncDirectory(Objects.requireNonNull(to.getParent()));
  }

  /** Its rows are in the partition: the held file may go. */
  void release(HeldFile file) throws IOException {
    disk.delete(file.path());
    disk.syncDirectory(Objects.requireNonNull(file.path().getParent()));
  }

  /** True if the file that a landing names is there. */
  boolean hasLanded(Partition partition, Landing landing) throws IOException {
    return disk.stat(
            partition
                .generation(landing.generation())
                .resolve("data")
                .resolve(landing.name().format()))
        .map(FileStat::isFile)
        .orElse(false);
  }

  private Path directory(Partition partition) {
    return directory(cache, partition);
  }

  /** Where the exchanges that are held for a partition are. */
  public static Path directory(CacheDirectory cache, Partition partition) {
    return cache.root().resolve(HELD).resolve(partition.path());
  }
}
