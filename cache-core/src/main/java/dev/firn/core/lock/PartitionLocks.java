package dev.firn.core.lock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.PartitionFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The two locks of a partition.
 *
 * <ul>
 *   <li>The <b>lease</b> ({@code .maintain.lock}): the right to build, swap and sweep. Held for a
 *       whole rewrite; whoever finds it held goes on to another partition. Its owner stands in
 *       {@code .maintain.owner} beside it, for people; the lock alone decides, so an owner file
 *       left by a dead process means nothing.
 *   <li>The <b>commit lock</b> ({@code .commit.lock}): held for milliseconds around the reading and
 *       writing of the cursor. Waited for with back-off, up to a bound.
 * </ul>
 *
 * Both files are created only by callers that have read a valid cursor, so that a partition in
 * doubt gets no new file, and by a repair, which is about to give it one.
 */
public final class PartitionLocks {

  /** How long a commit lock is waited for; its holders need milliseconds. */
  public static final Duration COMMIT_WAIT = Duration.ofSeconds(10);

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Disk disk;
  private final String command;

  /**
   * @param command what this process is doing, for those who find a lock held
   */
  public PartitionLocks(Disk disk, String command) {
    this.disk = disk;
    this.command = command;
  }

  /** Takes the lease at once or throws {@link LeaseUnavailable} with its owner. */
  public HeldLock takeLease(Path partition, Instant now) throws IOException {
    Path file = partition.resolve(PartitionFiles.MAINTAIN_LOCK);
    HeldLock lock =
        LockRegistry.ofThisProcess()
            .tryAcquire(disk, file)
            .orElseThrow(() -> new LeaseUnavailable(file, ownerOf(partition)));
    boolean kept = false;
    try {
      writeOwner(partition.resolve(PartitionFiles.MAINTAIN_OWNER), now);
      kept = true;
      return lock;
    } finally {
      if (!kept) {
        lock.close();
      }
    }
  }

  /** A disk that is full is swept by nameless owners: the name is for people, and needs room. */
  private void writeOwner(Path file, Instant now) throws IOException {
    ObjectNode owner = JSON.createObjectNode();
    owner.put("pid", ProcessHandle.current().pid());
    owner.put("host", hostName());
    owner.put("command", command);
    owner.put("since", now.toString());
    try {
      DurableFiles.replace(disk, file, JSON.writeValueAsBytes(owner));
    } catch (IOException e) {
      try {
        disk.delete(file); // it names somebody else
      } catch (NoSuchFileException none) {
        return;
      }
    }
  }

  /** Takes the commit lock, waiting up to {@link #COMMIT_WAIT}; then {@link LeaseUnavailable}. */
  public HeldLock takeCommitLock(Path partition) throws IOException {
    return takeWaiting(partition.resolve(PartitionFiles.COMMIT_LOCK));
  }

  /** Takes the lock under which partitions are created, waiting in the same way. */
  public HeldLock takeCreationLock(Path root) throws IOException {
    return takeWaiting(root.resolve(CacheDirectory.CREATE_LOCK));
  }

  private HeldLock takeWaiting(Path file) throws IOException {
    long deadline = System.nanoTime() + COMMIT_WAIT.toNanos();
    long pause = FIRST_PAUSE_NANOS;
    while (true) {
      Optional<HeldLock> lock = LockRegistry.ofThisProcess().tryAcquire(disk, file);
      if (lock.isPresent()) {
        return lock.get();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new LeaseUnavailable(file, "another process, for " + COMMIT_WAIT.toSeconds() + " s");
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException(file + ": interrupted while waiting for the lock");
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
    }
  }

  /** The owner of a partition's lease in words, as far as its owner file tells. */
  private String ownerOf(Path partition) {
    Path file = partition.resolve(PartitionFiles.MAINTAIN_OWNER);
    try {
      JsonNode owner = JSON.readTree(disk.read(file));
      return "pid %s on %s (%s) since %s"
          .formatted(
              owner.path("pid").asText("?"),
              owner.path("host").asText("?"),
              owner.path("command").asText("?"),
              owner.path("since").asText("?"));
    } catch (NoSuchFileException e) {
      return "another process";
    } catch (IOException e) {
      return "another process (" + file + " cannot be read: " + e.getMessage() + ")";
    }
  }

  private static String hostName() {
    try {
      return java.net.InetAddress.getLocalHost().getHostName();
    } catch (java.net.UnknownHostException e) {
      return "localhost";
    }
  }
}
