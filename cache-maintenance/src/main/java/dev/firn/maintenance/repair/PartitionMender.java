package dev.firn.maintenance.repair;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.cursor.Cursor;
import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.maintenance.repair.Mend.NameLive;
import dev.firn.maintenance.repair.Mend.RewriteHint;
import dev.firn.maintenance.repair.Mend.StepBack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Carries out mends in one partition, and can take them back. The caller holds the partition's
 * lease; each mend takes the commit lock, plans once more under it, and is done only if it comes to
 * the same.
 *
 * <p>Naming a live generation, and what is there if the process is killed right after each step:
 *
 * <ol>
 *   <li><b>The old cursor copied</b>, durably, or moved aside if it is no regular file: the
 *       partition is in doubt as before, and nothing in it is touched.
 *   <li><b>The new cursor written</b>, durably, in one atomic step. Where the generation is proved
 *       to be the live one, it is live now, with every row, and all is done.
 *   <li>Where somebody has chosen it: <b>what contradicts the choice moved aside</b>, one by one:
 *       its own {@code .retired}, and generations that would make the new cursor look older than it
 *       is. They go to the copies whole and are never swept there. Until the last of them has gone,
 *       the partition is a conflict, that is, in doubt: the choice takes effect in one step.
 * </ol>
 *
 * Stepping back to older metadata is argued in {@link MetadataFallback}. A version hint is replaced
 * in one step and read by nobody here.
 */
final class PartitionMender {
  private final Disk disk;
  private final Partition partition;
  private final PartitionLocks locks;
  private final RepairPlanner planner;
  private final Optional<GenerationName> chosen;
  private final RepairCopies copies;
  private final Deque<Step> done = new ArrayDeque<>();

  /** Takes one change back. */
  private interface Step {
    void undo() throws IOException;
  }

  PartitionMender(
      Disk disk,
      Partition partition,
      PartitionLocks locks,
      RepairPlanner planner,
      Optional<GenerationName> chosen,
      RepairCopies copies) {
    this.disk = disk;
    this.partition = partition;
    this.locks = locks;
    this.planner = planner;
    this.chosen = chosen;
    this.copies = copies;
  }

  /**
   * Carries out a mend.
   *
   * @throws CommitConflict if the partition is not as it was when it was planned
   */
  void apply(Mend mend) throws IOException {
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      if (planner.planStructure(partition).stream().noneMatch(mend::equals)) {
        throw new CommitConflict(partition.directory() + " has changed since it was looked at");
      }
      lock.requireValid();
      if (mend instanceof NameLive name) {
        nameLive(name.live());
      } else if (mend instanceof StepBack back) {
        stepBack(back);
      } else if (mend instanceof RewriteHint hint) {
        rewriteHint(
            new GenerationPaths(partition.generation(hint.generation()), hint.generation()),
            hint.version());
      } else {
        throw new AssertionError(mend);
      }
    }
  }

  /** Puts everything back as it was before, the last change first. */
  void undo() throws IOException {
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      while (!done.isEmpty()) {
        lock.requireValid();
        done.pop().undo();
      }
    }
  }

  private void nameLive(GenerationName live) throws IOException {
    EvidenceReader reader = new EvidenceReader(disk, partition);
    List<GenerationEvidence> generations = reader.generations();
    CursorEvidence evidence = reader.cursor(generations);
    Path file = partition.cursorFile();
    Optional<FileStat> stat = disk.stat(file);
    Optional<Path> copy = Optional.empty();
    if (stat.isPresent() && stat.get().isFile()) {
      copy = Optional.of(copies.copy(file));
    } else if (stat.isPresent()) {
      move(file);
    }
    GenerationEvidence chosenOne =
        generations.stream().filter(g -> g.name().equals(live)).findFirst().orElseThrow();
    byte[] content =
        CursorCodec.formatMended(
            evidence.valid(),
            live,
            chosenOne.rows().orElse(evidence.valid().map(Cursor::rowCount).orElse(0L)),
            reader.highestNumber(generations, evidence));
    if (copy.isPresent()) {
      byte[] before = disk.read(copy.get());
      CursorFile.replace(disk, file, content);
      done.push(() -> CursorFile.replace(disk, file, before));
    } else {
      DurableFiles.create(disk, file, content); // one that came meanwhile stands
      done.push(() -> remove(file));
    }
    if (chosen.isPresent()) {
      moveContradictions(chosenOne, generations);
    }
  }

  /** What the inspector would take for proof that another generation was live later. */
  private void moveContradictions(GenerationEvidence live, List<GenerationEvidence> generations)
      throws IOException {
    Optional<GenerationName> parent = live.proof().map(GenerationProof::parent);
    for (GenerationEvidence other : generations) {
      boolean named = parent.map(other.name()::equals).orElse(false);
      if (other.name().equals(live.name())
          || named
          || other.name().layout() != live.name().layout()) {
        continue;
      }
      boolean contradicts =
          other.retired()
              ? other.name().number() > live.name().number()
              : other.proof().isPresent() && !other.asProved();
      if (contradicts) {
        move(partition.generation(other.name()));
      }
    }
    if (live.retired()) {
      move(partition.generation(live.name()).resolve(PartitionFiles.RETIRED));
    }
  }

  private void move(Path path) throws IOException {
    Path moved = copies.move(path);
    done.push(
        () -> {
          disk.rename(moved, path);
          disk.syncDirectory(Objects.requireNonNull(path.getParent()));
        });
  }

  private void stepBack(StepBack mend) throws IOException {
    GenerationPaths paths =
        new GenerationPaths(partition.generation(mend.generation()), mend.generation());
    Path torn = paths.metadata().resolve(MetadataVersions.format(mend.tornVersion()));
    byte[] before = disk.read(copies.copy(torn));
    remove(torn);
    done.push(() -> DurableFiles.create(disk, torn, before));
    rewriteHint(paths, mend.tornVersion() - 1);
  }

  private void rewriteHint(GenerationPaths paths, int version) throws IOException {
    Path hint = paths.versionHint();
    Optional<FileStat> stat = disk.stat(hint);
    if (stat.isPresent() && !stat.get().isFile()) {
      return;
    }
    Optional<byte[]> before =
        stat.isPresent() ? Optional.of(disk.read(copies.copy(hint))) : Optional.empty();
    DurableFiles.replace(disk, hint, Integer.toString(version).getBytes(StandardCharsets.UTF_8));
    done.push(
        () -> {
          if (before.isPresent()) {
            DurableFiles.replace(disk, hint, before.get());
          } else {
            remove(hint);
          }
        });
  }

  private void remove(Path file) throws IOException {
    disk.delete(file);
    disk.syncDirectory(Objects.requireNonNull(file.getParent()));
  }
}
