package dev.firn.maintenance.rewrite;

/**
 * What bounds a rewrite's memory and the size of what it writes.
 *
 * @param batchBytes what a row group may take, encoded but not compressed; a value that a
 *     dictionary holds counts once. A row that takes more is a row group of its own. Besides the
 *     dictionary and the page of the input that is being read this is what bounds the memory of a
 *     rewrite: a row group is held compressed, and the column being written uncompressed too, so
 *     that it takes at most twice this. Where rows are sorted the column being written is held once
 *     more, decoded, within this too; and before that the keys of all rows are
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
