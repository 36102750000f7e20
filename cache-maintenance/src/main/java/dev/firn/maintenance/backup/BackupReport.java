package dev.firn.maintenance.backup;

import dev.firn.maintenance.verify.VerifyReport;
import java.nio.file.Path;
import java.util.List;

/**
 * What a backup holds.
 *
 * @param target the directory
 * @param takenAt ISO time at which it began: all that had been acknowledged by then is in it
 * @param verified the check of the copy
 * @param linkedFiles that share their bytes with the cache
 * @param copiedFiles that do not
 * @param notes what is not in it, and why
 * @param leftovers directories of interrupted backups beside the target
 */
public record BackupReport(
    Path target,
    String takenAt,
    List<BackedUpPartition> partitions,
    VerifyReport verified,
    long linkedFiles,
    long linkedBytes,
    long copiedFiles,
    long copiedBytes,
    List<String> notes,
    List<Path> leftovers) {
  public BackupReport {
    partitions = List.copyOf(partitions);
    notes = List.copyOf(notes);
    leftovers = List.copyOf(leftovers);
  }

  /** Partitions that were copied as they stood, because they cannot be read. */
  public long unreadable() {
    return partitions.stream().filter(partition -> !partition.problem().isEmpty()).count();
  }
}
