package dev.firn.core.testing;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskLock;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The real disk, with every call recorded; syncs are recorded only, since what they are for is
 * played here: it would take the tests most of their time. It can fail any call, and it can die:
 * from a chosen change on, no call does anything any more, as after a SIGKILL. It can lose power:
 * what was not synced is undone, bytes and names, as far as a disk may. It can be full. And it can
 * leave out a single sync or lock, or show a single reader how things were before.
 */
public final class RecordingDisk implements Disk {

  /** What a call does. */
  public enum Kind {
    READ,
    OPEN,
    LIST,
    STAT,
    CREATE,
    WRITE,
    SYNC,
    CREATE_DIRECTORY,
    LINK,
    RENAME,
    DELETE,
    SYNC_DIRECTORY,
    LOCK
  }

  /** Calls that change something on the disk. Taking a lock creates its file, if it is absent. */
  public static final Set<Kind> CHANGES =
      EnumSet.of(
          Kind.CREATE,
          Kind.WRITE,
          Kind.CREATE_DIRECTORY,
          Kind.LINK,
          Kind.RENAME,
          Kind.DELETE,
          Kind.LOCK);

  /** One call; {@code path} is what it changes or reads: the new name of a link or rename. */
  public record Call(Kind kind, Path path) {
    public boolean changes() {
      return CHANGES.contains(kind);
    }
  }

  /** The process is dead. An error, so that nobody takes it for a failure that can be answered. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /**
   * A lock that was held.
   *
   * @param site who took it
   * @param from how many calls there had been when it was taken
   * @param to the same when it was released
   */
  public record LockSpan(CallSite site, int from, int to) {}

  /** Decides whether a call fails. */
  @FunctionalInterface
  public interface Fault {
    void before(Call call) throws IOException;
  }

  /** What a name takes in its directory, about. */
  private static final long NAME_BYTES = 64;

  private final Disk real = new LocalDisk();
  private final List<Call> calls = new ArrayList<>();
  private Fault fault = call -> {};
  private long killAfter = Long.MAX_VALUE;
  private long steps;
  private @Nullable CallSite killedAt;
  private OptionalLong freeBytes = OptionalLong.empty();
  private String fileSystem = "";
  private @Nullable UnsyncedChanges unsynced;
  private final Map<String, Long> syncSites = new TreeMap<>();
  private String skippedSite = "";
  private final WatchedLocks locks = new WatchedLocks(this::count);
  private Predicate<CallSite> deceived = site -> false;
  private @Nullable Path staleOf;
  private @Nullable Path stale;
  private long room = Long.MAX_VALUE;

  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  public synchronized List<Call> changes() {
    return calls.stream().filter(Call::changes).toList();
  }

  public synchronized void forget() {
    calls.clear();
  }

  public synchronized void failWith(Fault newFault) {
    this.fault = newFault;
  }

  /** The process dies after {@code count} calls that change or sync something. */
  public synchronized void killAfter(long count) {
    this.killAfter = count;
    this.steps = 0;
  }

  /** Where the process was when it died; empty if it has not. */
  public synchronized Optional<CallSite> killedAt() {
    return Optional.ofNullable(killedAt);
  }

  /** Calls so far that change or sync something. */
  public synchronized long steps() {
    return steps;
  }

  /**
   * From now on keeps what {@link #losePower} needs, in a directory that is not part of the test.
   * Files get a second name there: do not count names together with this.
   */
  public synchronized void rememberForPowerLoss(Path side) {
    this.unsynced = new UnsyncedChanges(side);
  }

  /** Undoes every change since {@link #rememberForPowerLoss} that was not synced. */
  public void losePower() throws IOException {
    losePower(PowerLoss.WORST);
  }

  /** Loses of what was not synced since {@link #rememberForPowerLoss} as much as this says. */
  public synchronized void losePower(PowerLoss loss) throws IOException {
    Objects.requireNonNull(unsynced).undo(loss);
  }

  /** From now on so many bytes are said to be free, whatever is. */
  public synchronized void pretendFree(long bytes) {
    freeBytes = OptionalLong.of(bytes);
  }

  /** From now on everything is said to be on a file system of this type. */
  public synchronized void pretendFileSystem(String type) {
    fileSystem = type;
  }

  /**
   * Where syncs were asked for so far: class, method and line, and whether of a file or a
   * directory; and after how many steps for the first time.
   */
  public synchronized Map<String, Long> syncSites() {
    return new TreeMap<>(syncSites);
  }

  /** From now on the syncs that are asked for there make nothing durable. */
  public synchronized void skipSyncsAt(String site) {
    skippedSite = site;
  }

  /** True if this sync counts. */
  private synchronized boolean isDurable(Kind kind) {
    String site = CallSite.here().innermost() + " " + kind;
    syncSites.putIfAbsent(site, steps);
    return !site.equals(skippedSite);
  }

  /** The locks that were held so far, in the order in which they were released. */
  public List<LockSpan> lockSpans() {
    return locks.spans();
  }

  /** From now on the locks that are taken there exclude nobody. */
  public void skipLocksAt(Predicate<CallSite> sites) {
    locks.skipAt(sites);
  }

  /** Who reads there is told of what {@link #show} shows, if anything by then. */
  public synchronized void deceive(Predicate<CallSite> sites) {
    deceived = sites;
  }

  /**
   * What {@link #deceive} tells.
   *
   * @param copy how {@code directory} was before
   */
  public synchronized void show(Path directory, Path copy) {
    staleOf = directory;
    stale = copy;
  }

  private synchronized Path seen(Path path) {
    return stale != null
            && staleOf != null
            && path.startsWith(staleOf)
            && deceived.test(CallSite.here())
        ? stale.resolve(staleOf.relativize(path))
        : path;
  }

  /** From now on so many bytes fit on the disk; what is removed makes room. */
  public synchronized void fitOnly(long bytes) {
    room = bytes;
  }

  private synchronized void take(Path file, long bytes) throws IOException {
    if (room != Long.MAX_VALUE) {
      if (bytes > room) {
        throw new FileSystemException(file.toString(), null, "No space left on device");
      }
      room -= bytes;
    }
  }

  private synchronized void giveBack(Path file) throws IOException {
    if (room != Long.MAX_VALUE) {
      Optional<FileStat> stat = real.stat(file);
      if (stat.isPresent()) {
        room += NAME_BYTES;
        room += stat.get().isFile() && stat.get().names() == 1 ? stat.get().sizeBytes() : 0;
      }
    }
  }

  private synchronized void before(Kind kind, Path path) throws IOException {
    Call call = new Call(kind, path);
    if (steps >= killAfter) {
      killedAt = killedAt == null ? CallSite.here() : killedAt;
      throw new Killed();
    }
    if (call.changes() || kind == Kind.SYNC || kind == Kind.SYNC_DIRECTORY) {
      steps++;
    }
    calls.add(call);
    fault.before(call);
  }

  @Override
  public byte[] read(Path file) throws IOException {
    before(Kind.READ, file);
    return real.read(seen(file));
  }

  @Override
  public DiskInput open(Path file) throws IOException {
    before(Kind.OPEN, file);
    return real.open(seen(file));
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    before(Kind.CREATE, file);
    take(file, NAME_BYTES);
    DiskOutput output = real.create(file);
    if (unsynced != null) {
      unsynced.created(file);
    }
    return new DiskOutput() {
      @Override
      public long position() {
        return output.position();
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        before(Kind.WRITE, file);
        take(file, length);
        output.write(bytes, offset, length);
      }

      @Override
      public void sync() throws IOException {
        before(Kind.SYNC, file);
        if (isDurable(Kind.SYNC) && unsynced != null) {
          unsynced.synced(file, output.position());
        }
      }

      @Override
      public void close() throws IOException {
        output.close();
      }
    };
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    before(Kind.LIST, directory);
    return real.list(seen(directory));
  }

  @Override
  public Optional<FileStat> stat(Path path) throws IOException {
    before(Kind.STAT, path);
    Optional<FileStat> stat = real.stat(seen(path));
    return path.toString().endsWith(".lock") ? stat.map(s -> locks.seen(path, s)) : stat;
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    before(Kind.CREATE_DIRECTORY, directory);
    take(directory, NAME_BYTES);
    real.createDirectory(directory);
    if (unsynced != null) {
      unsynced.named(directory);
    }
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    before(Kind.LINK, name);
    take(name, NAME_BYTES);
    real.link(existing, name);
    if (unsynced != null) {
      unsynced.named(name);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    before(Kind.RENAME, to);
    giveBack(to);
    if (unsynced != null) {
      unsynced.renaming(from, to);
    }
    real.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    before(Kind.DELETE, path);
    giveBack(path);
    if (unsynced != null) {
      unsynced.deleting(path);
    }
    real.delete(path);
  }

  @Override
  public void copyAccess(Path from, Path to) throws IOException {
    real.copyAccess(from, to);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    before(Kind.SYNC_DIRECTORY, directory);
    if (real.stat(directory).isEmpty()) {
      throw new NoSuchFileException(directory.toString());
    }
    if (isDurable(Kind.SYNC_DIRECTORY) && unsynced != null) {
      unsynced.syncedDirectory(directory);
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return freeBytes.isPresent() ? freeBytes.getAsLong() : real.usableBytes(path);
  }

  @Override
  public String fileSystem(Path path) throws IOException {
    return fileSystem.isEmpty() ? real.fileSystem(path) : fileSystem;
  }

  @Override
  public Optional<DiskLock> tryLock(Path file) throws IOException {
    before(Kind.LOCK, file);
    return locks.tryLock(real, file);
  }

  private synchronized int count() {
    return calls.size();
  }
}
