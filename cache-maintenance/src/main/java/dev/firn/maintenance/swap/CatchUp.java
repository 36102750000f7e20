package dev.firn.maintenance.swap;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.maintenance.swap.FileCarrier.CarriedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;

/**
 * Brings a generation that was built from an older state of the live one up to it: data files that
 * were added since are taken over. Anything else that happened since (a file removed, a delete, a
 * schema or partition spec changed) is a conflict, and the rewrite is given up.
 */
final class CatchUp {
  private final FileCarrier carrier;
  private final Map<String, Set<String>> known = new HashMap<>();
  private Generation seen;
  private long files;
  private long rows;
  private long bytes;

  /**
   * @param planned the state that the new generation was built from
   * @param files its live files, read when it was planned: by now its manifests may be gone, if
   *     much was appended during a long rewrite
   */
  CatchUp(Disk disk, Generation planned, Collection<FileScanTask> files) {
    this.carrier = new FileCarrier(disk);
    this.seen = planned;
    for (FileScanTask task : files) {
      known.put(task.file().location(), deletes(task));
    }
  }

  /** Files taken over so far. */
  long files() {
    return files;
  }

  /** Rows in the files taken over so far. */
  long rows() {
    return rows;
  }

  /** Bytes of the files taken over so far. */
  long bytes() {
    return bytes;
  }

  /**
   * Takes over what {@code current} has more.
   *
   * @return how many files that were
   */
  int run(Generation current, BuiltGeneration built) throws IOException {
    if (current.metadataFile().equals(seen.metadataFile())) {
      return 0;
    }
    requireSameShape(current);
    Set<String> gone = new HashSet<>(known.keySet());
    Set<String> added = new HashSet<>();
    long rowsNow = 0;
    for (FileScanTask task : current.liveFiles()) {
      rowsNow += task.file().recordCount();
      String location = task.file().location();
      Set<String> deletes = deletes(task);
      if (!known.containsKey(location)) {
        added.add(location);
        if (!deletes.isEmpty()) {
          throw conflict(current, "deletes were added to " + location);
        }
      } else if (!deletes.equals(known.get(location))) {
        throw conflict(current, "deletes of " + location + " have changed");
      }
      gone.remove(location);
    }
    if (!gone.isEmpty()) {
      throw conflict(current, "it lost " + gone.iterator().next());
    }
    List<DataFile> carried = new ArrayList<>();
    for (FileScanTask task : current.liveFilesWithStatistics(added)) {
      CarriedFile file = carrier.carry(current, task, built.builder());
      carried.add(file.file());
      files++;
      rows += task.file().recordCount();
      bytes += task.file().fileSizeInBytes();
    }
    seen = current;
    built.builder().add(carried, proof(built));
    added.forEach(location -> known.put(location, Set.of()));
    requireAllRows(current, rowsNow, built);
    return added.size();
  }

  /** The proof of the new generation with all that was taken over. */
  GenerationProof proof(BuiltGeneration built) {
    GenerationProof first = built.proof();
    return new GenerationProof(
        first.name(),
        first.parent(),
        seen.metadataFile(),
        first.parentUuid(),
        first.rowsIn() + rows,
        first.rowsOut() + rows,
        first.dropped(),
        first.rowsRestored(),
        first.proof());
  }

  private void requireSameShape(Generation current) throws CommitConflict {
    if (!current.metadata().schema().sameSchema(seen.metadata().schema())
        || current.metadata().currentSchemaId() != seen.metadata().currentSchemaId()) {
      throw conflict(current, "its schema has changed");
    }
    if (!ownersProperties(current).equals(ownersProperties(seen))) {
      throw conflict(current, "its table properties have changed");
    }
    if (current.metadata().defaultSpecId() != seen.metadata().defaultSpecId()
        || current.metadata().defaultSortOrderId() != seen.metadata().defaultSortOrderId()
        || current.metadata().refs().size() != seen.metadata().refs().size()) {
      throw conflict(current, "its partitioning, order or branches have changed");
    }
  }

  /** Those that whoever owns the table sets; what Firn notes there changes with every publish. */
  private static Map<String, String> ownersProperties(Generation generation) {
    Map<String, String> properties = new HashMap<>(generation.metadata().properties());
    properties.keySet().removeIf(name -> name.startsWith("firn."));
    return properties;
  }

  /** What is live in the old generation by now must be in the new one (I6), but for the deleted. */
  private void requireAllRows(Generation current, long rowsNow, BuiltGeneration built)
      throws IOException {
    GenerationProof proof = proof(built);
    if (rowsNow != proof.rowsIn()) {
      throw conflict(
          current, "it has come to hold " + rowsNow + " rows instead of " + proof.rowsIn());
    }
    Generation caughtUp = built.builder().load();
    String total =
        Objects.requireNonNull(caughtUp.metadata().currentSnapshot())
            .summary()
            .getOrDefault("total-records", "none");
    if (!total.equals(Long.toString(proof.rowsOut()))) {
      throw new Corrupt(
          caughtUp.paths().metadata().resolve(caughtUp.metadataFile()),
          proof.rowsOut() + " rows",
          total);
    }
  }

  private CommitConflict conflict(Generation current, String what) {
    return new CommitConflict(current.directory() + " was rewritten, but meanwhile " + what);
  }

  private static Set<String> deletes(FileScanTask task) {
    Set<String> deletes = new HashSet<>();
    for (DeleteFile delete : task.deletes()) {
      deletes.add(delete.location() + "@" + delete.contentOffset());
    }
    return deletes;
  }
}
