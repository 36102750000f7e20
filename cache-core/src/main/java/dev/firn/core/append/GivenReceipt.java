package dev.firn.core.append;

import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.rows.RowsDigest;
import java.time.Instant;

/**
 * What was answered to an exchange that came with an id of its caller.
 *
 * @param id the exchange's
 * @param where the landed file, below the root
 * @param atMillis when it landed, in milliseconds since 1970
 * @param windowSeconds how long from then on a retry is known again
 * @param digest of what its rows say, by {@link RowsDigest}; {@link #NO_DIGEST} if it is not known
 */
record GivenReceipt(
    ExchangeId id,
    int rows,
    long rescuedValues,
    String where,
    long atMillis,
    long windowSeconds,
    long digest) {
  /** Of earlier versions, which kept none, and of ids that are digests themselves. */
  static final long NO_DIGEST = 0;

  /** The same of a file that has landed. */
  GivenReceipt at(Generation generation, Partition partition, LandedName name) {
    String file =
        String.join(
            "/", partition.path(), generation.name().format(), PartitionFiles.DATA, name.format());
    return new GivenReceipt(id, rows, rescuedValues, file, atMillis, windowSeconds, digest);
  }

  /** True unless both are known and differ. */
  static boolean mayBeSame(long digest, long other) {
    return digest == other || digest == NO_DIGEST || other == NO_DIGEST;
  }

  /** True while a retry is known again by it. */
  boolean isInWindow(Instant now) {
    return now.toEpochMilli() - atMillis < windowSeconds * 1000;
  }
}
