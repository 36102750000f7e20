package dev.firn.core.testing;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskLock;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The real disk, with every call recorded. It can fail any call, and it can die: from a chosen
 * change on, no call does anything any more, as after a SIGKILL. And it can lose power: what was
 * not synced is undone, bytes and names, as far as a disk may.
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

  /** Decides whether a call fails. */
  @FunctionalInterface
  public interface Fault {
    void before(Call call) throws IOException;
  }

  private final Disk real = new LocalDisk();
  private final List<Call> calls = new ArrayList<>();
  private Fault fault = call -> {};
  private long killAfter = Long.MAX_VALUE;
  private long steps;
  private OptionalLong freeBytes = OptionalLong.empty();
  private String fileSystem = "";
  private @Nullable UnsyncedChanges unsynced;
  private final Set<String> syncSites = new TreeSet<>();
  private String skippedSite = "";

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
  public synchronized void losePower() throws IOException {
    Objects.requireNonNull(unsynced).undo();
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
   * directory.
   */
  public synchronized Set<String> syncSites() {
    return new TreeSet<>(syncSites);
  }

  /** From now on the syncs that are asked for there make nothing durable. */
  public synchronized void skipSyncsAt(String site) {
    skippedSite = site;
  }

  /**
   * True if this sync counts. The site is the caller that chose to sync, not what it went through.
   */
  private synchronized boolean isDurable(Kind kind) {
    String site =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(f -> f.getClassName().startsWith("dev.firn."))
                        .filter(f -> !f.getClassName().startsWith("dev.firn.core.disk."))
                        .filter(f -> !f.getClassName().startsWith("dev.firn.core.testing."))
                        .map(
                            f ->
                                f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1)
                                    + "."
                                    + f.getMethodName()
                                    + ":"
                                    + f.getLineNumber()
                                    + " "
                                    + kind)
                        .findFirst()
                        .orElse("?"));
    syncSites.add(site);
    return !site.equals(skippedSite);
  }

  private synchronized void before(Kind kind, Path path) throws IOException {
    Call call = new Call(kind, path);
    if (steps >= killAfter) {
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
    return real.read(file);
  }

  @Override
  public DiskInput open(Path file) throws IOException {
    before(Kind.OPEN, file);
    return real.open(file);
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    before(Kind.CREATE, file);
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
        output.write(bytes, offset, length);
      }

      @Override
      public void sync() throws IOException {
        before(Kind.SYNC, file);
        output.sync();
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
    return real.list(directory);
  }

  @Override
  public Optional<FileStat> stat(Path path) throws IOException {
    before(Kind.STAT, path);
    return real.stat(path);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    before(Kind.CREATE_DIRECTORY, directory);
    real.createDirectory(directory);
    if (unsynced != null) {
      unsynced.named(directory);
    }
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    before(Kind.LINK, name);
    real.link(existing, name);
    if (unsynced != null) {
      unsynced.named(name);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    before(Kind.RENAME, to);
    if (unsynced != null) {
      unsynced.renaming(from, to);
    }
    real.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    before(Kind.DELETE, path);
    if (unsynced != null) {
      unsynced.deleting(path);
    }
    real.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    before(Kind.SYNC_DIRECTORY, directory);
    real.syncDirectory(directory);
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
    return real.tryLock(file);
  }
}
