package dev.firn.maintenance.rewrite;

/**
 * What bounds a rewrite's memory and the size of what it writes.
 *
 * @param batchBytes what a row group may take in memory until it is written: its columns that have
 *     ended compressed, the one being written as its encoder holds it, a value of a dictionary
 *     once. No encoder may hold more than half. So a row group on the disk is hardly ever larger,
 *     and may hold many times as much once it is decoded. A row that takes more is a row group of
 *     its own. Besides the dictionary and the page of the input that is being read this is what
 *     bounds the memory of a rewrite: a column that ends is there encoded and compressed for a
 *     moment, so that all takes at most one and a half times this. Where rows are sorted the column
 *     being written is held once more, decoded, within {@link #sortBytes}; and before that the keys
 *     of all rows are
 * @param batchRows the most rows of one data page, so that whoever decodes one holds no more
 * @param groupRows the most rows of one row group
 * @param targetFileBytes a file is closed by the row group that ends nearest to this size
 * @param proveContent whether every output file is decoded again and compared with what was read
 * @param sketches whether each output file says how many distinct values its columns have
 */
public record RewriteLimits(
    long batchBytes,
    int batchRows,
    int groupRows,
    long targetFileBytes,
    boolean proveContent,
    boolean sketches) {
  /** Pages and dictionaries are as large as a batch, and Parquet counts them in 31 bits. */
  public static final long MAX_BATCH_BYTES = 1L << 30;

  /** Thin rows are cut somewhere too, for minima and maxima to tell row groups apart. */
  private static final int DEFAULT_GROUP_ROWS = 1 << 20;

  public RewriteLimits {
    if (batchBytes <= 0 || batchBytes > MAX_BATCH_BYTES) {
      throw new IllegalArgumentException(
          "batchBytes is " + batchBytes + ", not between 1 and " + MAX_BATCH_BYTES);
    }
    if (batchRows <= 0) {
      throw new IllegalArgumentException("batchRows is " + batchRows + ", not positive");
    }
    if (groupRows <= 0) {
      throw new IllegalArgumentException("groupRows is " + groupRows + ", not positive");
    }
    if (targetFileBytes <= 0) {
      throw new IllegalArgumentException(
          "targetFileBytes is " + targetFileBytes + ", not positive");
    }
  }

  /** Without sketches. */
  RewriteLimits(
      long batchBytes, int batchRows, int groupRows, long targetFileBytes, boolean proveContent) {
    this(batchBytes, batchRows, groupRows, targetFileBytes, proveContent, false);
  }

  /** With row groups of a million rows at most, and without sketches. */
  public RewriteLimits(long batchBytes, int batchRows, long targetFileBytes, boolean proveContent) {
    this(batchBytes, batchRows, DEFAULT_GROUP_ROWS, targetFileBytes, proveContent);
  }

  /** The same with sketches or without. */
  public RewriteLimits withSketches(boolean wanted) {
    return new RewriteLimits(
        batchBytes, batchRows, groupRows, targetFileBytes, proveContent, wanted);
  }

  /** The same with a file for each so many rows, or fewer. */
  public RewriteLimits inFilesOf(long rows) {
    return new RewriteLimits(
        batchBytes, batchRows, (int) Math.min(rows, groupRows), 1, proveContent, sketches);
  }

  /** What the encoder of a column may hold. */
  long encoderBytes() {
    return batchBytes / 2;
  }

  /** What the keys of rows, or a column that is brought into another order, may take. */
  long sortBytes() {
    return Math.max(1, batchBytes / 2);
  }

  /**
   * Whether a file is to be closed: it is nearer to its target than with another row group like its
   * last, but not so small that the next pass would rewrite it. With a target of 128 MB, row groups
   * of 58 MB make files of 116 MB, and row groups of 40 MB files of 120 MB.
   */
  boolean isComplete(long fileBytes, long lastGroupBytes) {
    return fileBytes >= targetFileBytes
        || (fileBytes >= targetFileBytes / 4 * 3
            && fileBytes + lastGroupBytes / 2 >= targetFileBytes);
  }
}
