package dev.firn.core.testing;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskLock;
import dev.firn.core.disk.FileStat;
import dev.firn.core.testing.RecordingDisk.LockSpan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/** Who held the locks of a {@link RecordingDisk} and when; and locks that exclude nobody. */
final class WatchedLocks {
  private final IntSupplier calls;
  private final List<LockSpan> spans = new ArrayList<>();
  private final Map<Path, Object> falseIdentities = new HashMap<>();
  private Predicate<CallSite> skipped = site -> false;

  /**
   * @param calls how many there have been
   */
  WatchedLocks(IntSupplier calls) {
    this.calls = calls;
  }

  synchronized List<LockSpan> spans() {
    return List.copyOf(spans);
  }

  synchronized void skipAt(Predicate<CallSite> sites) {
    skipped = sites;
  }

  private synchronized boolean isSkipped(CallSite site) {
    return skipped.test(site);
  }

  private synchronized void held(LockSpan span) {
    spans.add(span);
  }

  Optional<DiskLock> tryLock(Disk real, Path file) throws IOException {
    CallSite site = CallSite.here();
    int from = calls.getAsInt();
    Optional<DiskLock> lock = isSkipped(site) ? Optional.of(new NoLock()) : real.tryLock(file);
    return lock.map(taken -> new WatchedLock(taken, site, from));
  }

  /** To whoever skips the lock on it, the file is another one than to all others. */
  synchronized FileStat seen(Path file, FileStat stat) {
    return skipped.test(CallSite.here())
        ? new FileStat(
            stat.kind(),
            stat.sizeBytes(),
            stat.modified(),
            falseIdentities.computeIfAbsent(file, f -> new Object()),
            stat.names())
        : stat;
  }

  private final class WatchedLock implements DiskLock {
    private final DiskLock lock;
    private final CallSite site;
    private final int from;

    WatchedLock(DiskLock lock, CallSite site, int from) {
      this.lock = lock;
      this.site = site;
      this.from = from;
    }

    @Override
    public boolean isValid() {
      return lock.isValid();
    }

    @Override
    public void close() throws IOException {
      held(new LockSpan(site, from, calls.getAsInt()));
      lock.close();
    }
  }

  private record NoLock() implements DiskLock {
    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public void close() {}
  }
}
