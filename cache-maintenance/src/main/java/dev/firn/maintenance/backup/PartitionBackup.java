package dev.firn.maintenance.backup;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
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

/**
 * Brings one partition into a backup, as it was at one instant.
 *
 * <p>That instant is under the commit lock, which is held for as long as it takes to list the live
 * generation and to take its metadata and what is held: nothing lands, is published or swapped
 * meanwhile, so the cursor, the metadata, the landed files above {@code firn.published} and the
 * held exchanges belong together. (An exchange is marked as landing, and linked, under that lock:
 * what is held without its rows in the generation has not landed, in the backup neither.)
 *
 * <p>The data files are taken after the lock was released. A live generation only grows (I3), and a
 * retired one stays for its grace, so they are there; if the generation was removed meanwhile after
 * all, the partition is taken anew. Metadata that a clean-up removes later was taken before.
 *
 * <p>Only the live generation is taken. A partition in doubt is taken whole, as it stands and
 * without its lock, which nobody may create there.
 */
final class PartitionBackup {
  private static final int ATTEMPTS = 5;
  private static final String LOCK_ENDING = ".lock";

  private static final String LANDING = ".landing-";

  private final Disk disk;
  private final CacheDirectory cache;
  private final PartitionLocks locks;
  private final InstantSource clock;
  private final Path target;
  private final FileTransfer transfer;
  private final BackupListener listener;

  PartitionBackup(
      Disk disk,
      CacheDirectory cache,
      PartitionLocks locks,
      InstantSource clock,
      Path target,
      FileTransfer transfer,
      BackupListener listener) {
    this.disk = disk;
    this.cache = cache;
    this.locks = locks;
    this.clock = clock;
    this.target = target;
    this.transfer = transfer;
    this.listener = listener;
  }

  /** Takes the partition; empty if there is none. */
  Optional<BackedUpPartition> take(Partition partition) throws IOException {
    PartitionInspector inspector = new PartitionInspector(disk);
    for (int attempt = 1; ; attempt++) {
      String now = clock.instant().toString();
      PartitionState state = inspector.inspect(partition);
      if (state instanceof Absent) {
        return Optional.empty();
      }
      if (state instanceof Unreadable unreadable) {
        return Optional.of(takeAsItIs(unreadable, now));
      }
      try {
        Optional<BackedUpPartition> taken = takeLive(partition, inspector, now);
        if (taken.isPresent()) {
          return taken;
        }
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
      transfer.forget(inBackup(partition.directory()));
      transfer.forget(inBackup(HeldAppends.directory(cache, partition)));
    }
  }

  /** Takes a live partition; empty if it is in doubt by now. */
  private Optional<BackedUpPartition> takeLive(
      Partition partition, PartitionInspector inspector, String now) throws IOException {
    List<Path> data = new ArrayList<>();
    Live live;
    int held;
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      if (!(inspector.inspect(partition) instanceof Live found)) {
        return Optional.empty();
      }
      live = found;
      Path metadata = live.generation().paths().metadata();
      for (Path file : filesBelow(live.generation().directory())) {
        if (file.startsWith(metadata)) {
          takeMetadata(file);
        } else {
          data.add(file);
        }
      }
      held = takeHeld(live);
      lock.requireValid();
    }
    for (int i = 0; i < data.size(); i++) {
      transfer.take(data.get(i), inBackup(data.get(i)));
      listener.taken(partition, i + 1, data.size());
    }
    Path quarantine = partition.directory().resolve(PartitionFiles.QUARANTINE);
    for (Path file : filesBelow(quarantine)) {
      transfer.take(file, inBackup(file));
    }
    transfer.write(live.cursor().bytes(), inBackup(partition.cursorFile()));
    transfer.syncFiles();
    return Optional.of(
        new BackedUpPartition(
            partition.path(),
            live.generation().name().format(),
            live.generation().metadataFile(),
            highestLanded(live.generation(), data),
            held,
            now,
            ""));
  }

  /** The version hint is the one file of a generation that is replaced. */
  private void takeMetadata(Path file) throws IOException {
    if (file.endsWith(PartitionFiles.VERSION_HINT)) {
      transfer.write(disk.read(file), inBackup(file));
    } else {
      transfer.take(file, inBackup(file));
    }
  }

  private static long highestLanded(Generation generation, List<Path> data) {
    long highest = generation.published();
    for (Path file : data) {
      if (generation.paths().data().equals(file.getParent())) {
        highest =
            Math.max(
                highest,
                LandedName.parse(String.valueOf(file.getFileName()))
                    .map(LandedName::number)
                    .orElse(0L));
      }
    }
    return highest;
  }

  /**
   * Takes what is held for a partition whose commit lock this process has. Whoever recovers it may
   * meanwhile give a file its name without the mark back, or remove it if it had landed before:
   * then it is looked at again, and an exchange that was taken under one of its names is not taken
   * under the other.
   *
   * <p>One that was to land in a generation that is retired by now is looked up there, since the
   * backup is without it: if it landed, its rows are in the live one.
   */
  private int takeHeld(Live live) throws IOException {
    Path directory = HeldAppends.directory(cache, live.partition());
    return takeHeld(
        directory,
        name -> {
          Optional<Path> place = HeldAppends.landingPlace(live.partition(), name);
          if (place.isEmpty() || place.get().startsWith(live.generation().directory())) {
            return name;
          }
          Path generation = Objects.requireNonNull(place.get().getParent()).getParent();
          if (generation == null || disk.stat(generation).isEmpty()) {
            return name;
          }
          return isFile(place.get()) ? "" : name.split(LANDING, 2)[0];
        });
  }

  /** Takes what is held as it is. */
  int takeHeld(Path directory) throws IOException {
    return takeHeld(directory, name -> name);
  }

  /** The name that a held file gets in the backup; empty if its rows are there without it. */
  private interface HeldName {
    String of(String name) throws IOException;
  }

  private int takeHeld(Path directory, HeldName inBackup) throws IOException {
    Set<String> taken = new HashSet<>();
    for (boolean moved = true; moved; ) {
      moved = false;
      for (String name : names(directory)) {
        Path file = directory.resolve(name);
        String exchange = name.split(LANDING, 2)[0];
        if (isLeftOut(name) || taken.contains(exchange) || !isFile(file)) {
          continue;
        }
        String wanted = inBackup.of(name);
        if (wanted.isEmpty()) {
          continue;
        }
        try {
          transfer.take(file, inBackup(directory.resolve(wanted)));
          taken.add(exchange);
        } catch (NoSuchFileException e) {
          moved = true;
        }
      }
    }
    return taken.size();
  }

  private BackedUpPartition takeAsItIs(Unreadable state, String now) throws IOException {
    Partition partition = state.partition();
    for (String name : names(partition.directory())) {
      Path path = partition.directory().resolve(name);
      boolean level = name.indexOf('=') > 0 && !name.startsWith("epoch=");
      if (isLeftOut(name) || level) {
        continue;
      }
      if (isFile(path)) {
        transfer.write(disk.read(path), inBackup(path));
      }
      for (Path file : filesBelow(path)) {
        transfer.take(file, inBackup(file));
      }
    }
    int held = takeHeld(HeldAppends.directory(cache, partition));
    transfer.syncFiles();
    return new BackedUpPartition(partition.path(), "", "", 0, held, now, state.reason());
  }

  /** The files of a tree that belong into a backup; none if it is no directory. */
  List<Path> filesBelow(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : names(directory)) {
      Path path = directory.resolve(name);
      if (isLeftOut(name)) {
        continue;
      }
      if (isFile(path)) {
        files.add(path);
      } else {
        files.addAll(filesBelow(path));
      }
    }
    return files;
  }

  private List<String> names(Path directory) throws IOException {
    return disk.stat(directory).map(FileStat::isDirectory).orElse(false)
        ? disk.list(directory)
        : List.of();
  }

  private boolean isFile(Path path) throws IOException {
    return disk.stat(path).map(FileStat::isFile).orElse(false);
  }

  /** Locks, which nobody but their registry opens, and what is no part of anything. */
  private static boolean isLeftOut(String name) {
    return name.endsWith(LOCK_ENDING)
        || name.equals(PartitionFiles.COMMIT_OWNER)
        || name.equals(PartitionFiles.MAINTAIN_OWNER)
        || DurableFiles.isTemporary(name)
        || PartitionFiles.parseBuilding(name).isPresent()
        || PartitionFiles.parseRemoving(name).isPresent();
  }

  Path inBackup(Path path) {
    return target.resolve(Objects.requireNonNull(cache.root().relativize(path)));
  }
}
