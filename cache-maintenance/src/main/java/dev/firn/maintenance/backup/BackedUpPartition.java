package dev.firn.maintenance.backup;

/**
 * One partition of a backup.
 *
 * @param path below the root
 * @param generation its live generation; empty if it is in doubt
 * @param metadataFile the generation's metadata, for example {@code v7.metadata.json}
 * @param highestLanded the number of the newest landed file in it; 0 if nothing landed yet
 * @param held exchanges that wait for the partition, in the backup too
 * @param takenAt ISO time at which the partition was looked at
 * @param problem why it is in doubt; empty if it is not
 */
public record BackedUpPartition(
    String path,
    String generation,
    String metadataFile,
    long highestLanded,
    int held,
    String takenAt,
    String problem) {}
