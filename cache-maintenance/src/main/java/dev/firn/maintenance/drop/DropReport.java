package dev.firn.maintenance.drop;

import dev.firn.core.layout.Partition;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What dropping a dataset did, or would do.
 *
 * @param reason never empty
 * @param partitions of the dataset
 * @param archives directories with rows of the dataset that retention has written there
 * @param archivesRemoved true if those went, too
 * @param copies of the dataset's files that repairs have made; they stay
 * @param bytes that the disk gets back, without the archives; files with another name outside of
 *     the dataset free nothing
 * @param diskRefused true if the disk was the reason for a failure
 */
public record DropReport(
    String dataset,
    Outcome outcome,
    String reason,
    List<Dropped> partitions,
    List<Path> archives,
    boolean archivesRemoved,
    List<Path> copies,
    long bytes,
    boolean diskRefused) {

  /**
   * One partition.
   *
   * @param rows live ones, published or not; empty where it is in doubt
   */
  public record Dropped(
      Partition partition, OptionalLong rows, long heldExchanges, long freeableBytes) {}

  /** How it ended. */
  public enum Outcome {
    PROPOSED,
    DROPPED,
    /** Something is there that is not Firn's to remove. */
    REFUSED,
    /** A partition is in doubt. */
    UNREADABLE,
    /** Somebody else maintains a partition. */
    HELD,
    FAILED;

    /** As it stands in reports. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public DropReport {
    partitions = List.copyOf(partitions);
    archives = List.copyOf(archives);
    copies = List.copyOf(copies);
  }

  public long rows() {
    return partitions.stream().mapToLong(p -> p.rows().orElse(0)).sum();
  }
}
