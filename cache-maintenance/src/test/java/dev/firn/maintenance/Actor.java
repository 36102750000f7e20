package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** What a process does to a cache while another one does something else. */
enum Actor {
  READ {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      List<String> found = Appends.keys(disk, root);
      if (!found.containsAll(book.keys()) || new HashSet<>(found).size() < found.size()) {
        throw new AssertionError(who + " read " + found + " instead of " + book.keys());
      }
    }
  },
  APPEND {
    @Override
    void act(Disk disk, Path root, Appends book, String who) {
      book.append(Appends.open(disk, root), who);
    }
  },
  APPEND_TO_A_NEW_COLUMN {
    @Override
    void act(Disk disk, Path root, Appends book, String who) {
      book.append(Appends.open(disk, root), who, ", \"new by " + who + "\": 1");
    }
  },
  APPEND_WITH_AN_ID {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      byte[] rows = Appends.exchange("given again", 1).getBytes(StandardCharsets.UTF_8);
      try {
        JsonExchange exchange = JsonExchange.parse(rows, 0, rows.length);
        Appends.writer(Appends.open(disk, root)).append(exchange, "again");
      } catch (NotAnExchangeException e) {
        throw new AssertionError(e);
      }
      book.acknowledge("given again", 1);
    }
  },
  PUBLISH {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      try (Cache cache = Appends.open(disk, root)) {
        book.append(cache, who);
      }
    }
  },
  PASS {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      requireDone(new Passes(disk, root).run(CutCaches.EVERYTHING));
    }
  },
  /** What is superseded stays, so that whoever takes it for live notices nothing. */
  COMPACT {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      requireDone(new Passes(disk, root).run(Passes.options(false, true, Steps.COMPACT_ONLY)));
    }
  },
  SWEEP_TWO_DAYS_LATER {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      Passes passes = new Passes(disk, root);
      passes.advance(Duration.ofDays(2));
      requireDone(
          passes.run(
              new PassOptions(
                  List.of(), false, false, Steps.SWEEP_ONLY, Optional.empty(), false, true)));
    }
  },
  /** As a program of the field works, at a time when it must not. */
  PASS_WITHOUT_LOCKS {
    @Override
    void act(Disk disk, Path root, Appends book, String who) throws IOException {
      RecordingDisk unlocked = new RecordingDisk();
      unlocked.skipLocksAt(site -> true);
      new Passes(unlocked, root).run(Passes.options(false, true, Steps.COMPACT_ONLY));
    }
  };

  private static final long PATIENCE_MILLIS = 120_000;
  private static final int LOOKS = 100_000;

  /**
   * Acts and notes what it appended.
   *
   * @throws AssertionError if it sees something that it should not
   */
  abstract void act(Disk disk, Path root, Appends book, String who) throws IOException;

  /** Held by somebody else, or given up because of what was appended, is no harm. */
  private static void requireDone(PassReport report) {
    for (PartitionReport partition : report.partitions()) {
      boolean harmless =
          partition.outcome() == Outcome.COMPACTED
              || partition.outcome() == Outcome.SKIPPED
              || partition.outcome() == Outcome.HELD
              || partition.reason().contains("plans anew");
      if (!harmless) {
        throw new AssertionError(partition.outcome() + ": " + partition.reason());
      }
    }
  }

  /** Until it waits for a lock, or is done. */
  static void awaitWaitingOrEnd(Thread thread) {
    for (int i = 0; i < LOOKS; i++) {
      Thread.State state = thread.getState();
      if (state == Thread.State.TIMED_WAITING || state == Thread.State.TERMINATED) {
        return;
      }
      LockSupport.parkNanos(200_000);
    }
  }

  /** Acting in a thread of its own, since it may have to wait for a lock. */
  final class Started {
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Started(Path root, Appends book, RecordingDisk disk) {
      thread =
          new Thread(
              () -> {
                try {
                  act(disk, root, book, "other");
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      thread.start();
      awaitWaitingOrEnd(thread);
    }

    /** Fails as the actor has failed. */
    void join() throws Exception {
      thread.join(PATIENCE_MILLIS);
      if (thread.isAlive()) {
        throw new AssertionError(Actor.this + " still waits");
      }
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new AssertionError(Actor.this + ": " + thrown.getMessage(), thrown);
      }
    }
  }
}
