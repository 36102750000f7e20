package dev.firn.core.plain;

import dev.firn.core.plain.AvroBlocks.Schema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Manifest lists and manifests of unpartitioned tables of version 2, as Iceberg has Firn write
 * them. Delete files, keys and files that are not Parquet are unusual.
 */
final class PlainManifests {
  /** The schemas of both, whose text Iceberg changes from release to release. */
  private static final Schema LIST = new Schema(2035, 0xca004ef1L);

  private static final Schema MANIFEST = new Schema(3584, 0xc53291a4L);

  /** No id of a column. */
  static final int NO_COLUMN = -1;

  private static final int EXISTING = 0;
  private static final int ADDED = 1;
  private static final int DELETED = 2;

  private PlainManifests() {}

  /** A manifest of data files that may hold a live one. */
  record Manifest(String location, long bytes, int specId, long sequenceNumber) {}

  /**
   * A live entry of a manifest.
   *
   * @param newestMicros the upper bound of a timestamp, {@link Long#MAX_VALUE} if none is asked for
   */
  record Entry(String location, long rows, long bytes, long sequenceNumber, long newestMicros) {}

  static List<Manifest> parseList(byte[] file) throws UnusualException {
    List<Manifest> manifests = new ArrayList<>();
    AvroBlocks.read(
        file,
        LIST,
        input -> {
          String location = input.text();
          long bytes = input.number();
          int specId = input.small();
          UnusualException.unless(input.small() == 0, "a manifest of deletes");
          long sequenceNumber = input.number();
          input.number(); // the lowest sequence number in it
          input.number(); // the snapshot that added it
          int added = input.small();
          int existing = input.small();
          input.small(); // deleted files
          input.number(); // rows added, existing, deleted
          input.number();
          input.number();
          if (input.isThere()) {
            UnusualException.unless(input.number() == 0, "a summary of partitions");
          }
          UnusualException.unless(!input.isThere(), "a key");
          if (added > 0 || existing > 0) {
            manifests.add(new Manifest(location, bytes, specId, sequenceNumber));
          }
        });
    return manifests;
  }

  /**
   * @param timestampId of the column whose upper bounds are asked for, or {@link #NO_COLUMN}
   */
  static List<Entry> parse(byte[] file, Manifest manifest, int timestampId)
      throws UnusualException {
    UnusualException.unless(file.length == manifest.bytes(), "another length");
    List<Entry> entries = new ArrayList<>();
    AvroBlocks.read(
        file,
        MANIFEST,
        input -> {
          int status = input.small();
          UnusualException.unless(status >= EXISTING && status <= DELETED, "a status");
          skipNumberOrNull(input); // the snapshot that added it
          boolean numbered = input.isThere();
          long sequenceNumber = numbered ? input.number() : manifest.sequenceNumber();
          UnusualException.unless(numbered || status == ADDED, "no sequence number");
          skipNumberOrNull(input); // the file's own sequence number
          Entry entry = file(input, sequenceNumber, timestampId);
          if (status != DELETED) {
            entries.add(entry);
          }
        });
    return entries;
  }

  private static Entry file(AvroInput input, long sequenceNumber, int timestampId)
      throws UnusualException {
    UnusualException.unless(input.small() == 0, "a file of deletes");
    String location = input.text();
    UnusualException.unless(input.text().equals("PARQUET"), "another format");
    long rows = input.number();
    long bytes = input.number();
    UnusualException.unless(rows >= 0 && bytes >= 0, "a negative count");
    for (int i = 0; i < 4; i++) { // sizes, values, nulls and NaNs of columns
      skipMap(input);
    }
    bound(input, NO_COLUMN); // lower ones
    long newestMicros = bound(input, timestampId);
    UnusualException.unless(!input.isThere(), "a key");
    skipNumbers(input); // offsets of row groups
    UnusualException.unless(!input.isThere(), "columns of an equality delete");
    skipNumberOrNull(input); // the sort order
    UnusualException.unless(!input.isThere(), "a data file that a delete file is for");
    return new Entry(location, rows, bytes, sequenceNumber, newestMicros);
  }

  private static void skipNumberOrNull(AvroInput input) throws UnusualException {
    if (input.isThere()) {
      input.number();
    }
  }

  private static void skipNumbers(AvroInput input) throws UnusualException {
    if (input.isThere()) {
      for (long count = count(input); count > 0; count = count(input)) {
        for (long i = 0; i < count; i++) {
          input.number();
        }
      }
    }
  }

  /** Of ids of columns to numbers. */
  private static void skipMap(AvroInput input) throws UnusualException {
    if (input.isThere()) {
      for (long count = count(input); count > 0; count = count(input)) {
        for (long i = 0; i < count; i++) {
          input.small();
          input.number();
        }
      }
    }
  }

  /** The bound of a timestamp in a map of ids of columns to bytes, which must have it. */
  private static long bound(AvroInput input, int timestampId) throws UnusualException {
    long found = Long.MAX_VALUE;
    boolean there = timestampId == NO_COLUMN;
    if (input.isThere()) {
      for (long count = count(input); count > 0; count = count(input)) {
        for (long i = 0; i < count; i++) {
          boolean wanted = input.small() == timestampId;
          long length = input.number();
          int start = input.skip(length);
          if (wanted) {
            UnusualException.unless(length == Long.BYTES, "a bound");
            found = ByteBuffer.wrap(input.bytes()).order(ByteOrder.LITTLE_ENDIAN).getLong(start);
            there = true;
          }
        }
      }
    }
    UnusualException.unless(there, "no bound");
    return found;
  }

  /** How many elements follow; a negative count comes with the bytes that they take. */
  private static long count(AvroInput input) throws UnusualException {
    long count = input.number();
    if (count < 0) {
      input.number();
    }
    return Math.abs(count);
  }
}
