package dev.firn.cli.daemon.ticks;

import dev.firn.cli.text.ByteSize;
import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether there is room on the disk for appends. Below {@code min_free_bytes} a pass is asked for,
 * which drops what retention says and sweeps; appends go on meanwhile, as long as a quarter of that
 * is left. If it is still too little afterwards they are refused, until there is enough again. A
 * further pass is asked for every five minutes.
 */
final class DiskGuard {
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PASS_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Disk disk;
  private final Path root;
  private final LongSupplier minFreeBytes;
  private final LongSupplier nanoTime;
  private boolean looked;
  private long lookedNanos;
  private long freeBytes = Long.MAX_VALUE;
  private Optional<String> failure = Optional.empty();
  private boolean low;
  private boolean swept;
  private long sweptNanos;

  DiskGuard(Disk disk, Path root, LongSupplier minFreeBytes, LongSupplier nanoTime) {
    this.disk = disk;
    this.root = root;
    this.minFreeBytes = minFreeBytes;
    this.nanoTime = nanoTime;
  }

  /** What can be written, as it was a second ago at most. */
  synchronized long freeBytes() {
    look();
    return freeBytes;
  }

  /**
   * Why nothing is taken; empty if it is.
   *
   * @param passes whether passes run by themselves
   */
  synchronized Optional<String> problem(boolean passes) {
    look();
    if (failure.isPresent()) {
      return failure;
    }
    boolean refused = low && (!passes || swept || freeBytes < minFreeBytes.getAsLong() / 4);
    return refused
        ? Optional.of(
            "the disk of "
                + root
                + " is low: "
                + ByteSize.format(freeBytes)
                + " free, min_free_bytes is "
                + ByteSize.format(minFreeBytes.getAsLong())
                + (swept ? ", after a pass of maintenance too" : ""))
        : Optional.empty();
  }

  /** True below {@code min_free_bytes}. */
  synchronized boolean isLow() {
    look();
    return low;
  }

  /** Why a pass is needed; empty if none is. */
  synchronized Optional<String> passNeeded() {
    look();
    boolean due = low && (!swept || nanoTime.getAsLong() - sweptNanos > PASS_NANOS);
    return due
        ? Optional.of("the disk is low, " + ByteSize.format(freeBytes) + " free")
        : Optional.empty();
  }

  /** A pass has dropped and swept what it could. */
  synchronized void passEnded() {
    looked = false;
    look();
    swept = low;
    sweptNanos = nanoTime.getAsLong();
  }

  private void look() {
    long now = nanoTime.getAsLong();
    if (looked && now - lookedNanos < LOOK_NANOS) {
      return;
    }
    looked = true;
    lookedNanos = now;
    try {
      freeBytes = disk.usableBytes(root);
      failure = Optional.empty();
    } catch (IOException e) {
      failure = Optional.of("the disk of " + root + " cannot be asked: " + e);
      return;
    }
    low = freeBytes < minFreeBytes.getAsLong();
    if (!low) {
      swept = false;
    }
  }
}
