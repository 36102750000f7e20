package dev.firn.maintenance.rewrite;

/**
 * What bounds a rewrite's memory and the size of what it writes.
 *
 * @param batchBytes the most that the input of one row group may hold, encoded but not compressed.
 *     Besides the decoded pages of one input column this is what bounds the memory of a rewrite:
 *     about three times this much for a column whose values are large (dictionary, its page, the
 *     page compressed)
 * @param batchRows the most rows of one row group
 * @param targetFileBytes a file is closed by the first row group that ends at or behind this size
 * @param proveContent whether every output file is decoded again and compared with what was read
 */
public record RewriteLimits(
    long batchBytes, int batchRows, long targetFileBytes, boolean proveContent) {
  /** Pages and dictionaries are as large as a batch, and Parquet counts them in 31 bits. */
  private static final long MAX_BATCH_BYTES = 1L << 30;

  public RewriteLimits {
    if (batchBytes <= 0 || batchBytes > MAX_BATCH_BYTES) {
      throw new IllegalArgumentException(
          "batchBytes is " + batchBytes + ", not between 1 and " + MAX_BATCH_BYTES);
    }
    if (batchRows <= 0) {
      throw new IllegalArgumentException("batchRows is " + batchRows + ", not positive");
    }
    if (targetFileBytes <= 0) {
      throw new IllegalArgumentException(
          "targetFileBytes is " + targetFileBytes + ", not positive");
    }
  }
}
