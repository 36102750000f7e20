package dev.firn.maintenance.distinct;

import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * How many distinct values there are, estimated from the smallest of their hashes: a theta sketch
 * as Apache DataSketches defines it, in whose compact serial form Iceberg keeps distinct counts.
 *
 * <p>It holds the hashes below a bound, theta, each once. Theta is the whole range as long as all
 * of them fit, and the count is exact then; from then on it is what makes {@value #ENTRIES} of them
 * fit, and the number of values is the number of hashes divided by the part of the range that theta
 * is. 4,096 hashes are right to 1.6 % (one standard deviation). Sketches can be united: the result
 * is that of all their values together, whatever they have in common. Nothing can be taken away.
 *
 * <p>It is not the DataSketches library because that one refuses to run on every second release of
 * Java: its memory module knows the versions up to 21 by name. What is needed of it is this form
 * and MurmurHash3. Memory: at most {@value #SLOTS} hashes of eight bytes.
 */
public final class ThetaSketch {
  /** About how many hashes are kept. */
  static final int ENTRIES = 4096;

  private static final int SLOTS = 2 * ENTRIES;
  private static final int MOST_ENTRIES = ENTRIES + ENTRIES / 2;
  private static final int FIRST_SLOTS = 16;

  /** The whole range of hashes: they have 63 bits, and none is 0. */
  private static final long EVERYTHING = Long.MAX_VALUE;

  /** The library's default seed, and the hash of it by which it knows sketches of the same. */
  private static final Hasher128 HASHER = Hashing.murmur3_128(9001);

  private static final short SEED_HASH = (short) 0x93cc;
  private static final byte SERIAL_VERSION = 3;
  private static final byte COMPACT_FAMILY = 3;
  private static final byte READ_ONLY = 2;
  private static final byte EMPTY = 4;
  private static final byte COMPACT = 8;
  private static final byte ORDERED = 16;
  private static final byte SINGLE = 32;

  private long[] slots = new long[FIRST_SLOTS];
  private int count;
  private long theta = EVERYTHING;

  /** Adds a value, given as the bytes of Iceberg's single-value serialisation; none is no value. */
  public void add(byte[] bytes, int offset, int length) {
    if (length > 0) {
      addHash(HASHER.hashBytesToLong(bytes, offset, length) >>> 1);
    }
  }

  /** Adds all values of another sketch. */
  public void addAll(ThetaSketch other) {
    lowerTo(other.theta);
    for (long hash : other.slots) {
      if (hash != 0) {
        addHash(hash);
      }
    }
  }

  /** About how many distinct values were added; exact as long as {@link #isExact}. */
  public long estimate() {
    return isExact() ? count : Math.round(count / (theta / (double) EVERYTHING));
  }

  /** False once hashes had to go. */
  public boolean isExact() {
    return theta == EVERYTHING;
  }

  /** How many hashes it holds. */
  int entries() {
    return count;
  }

  /** Keeps so many hashes at most, the smallest. */
  void keep(int entries) {
    if (count > entries) {
      lowerTo(sorted()[entries]);
    }
  }

  private void addHash(long hash) {
    if (hash == 0 || hash >= theta) {
      return;
    }
    int slot = slot(slots, hash);
    if (slots[slot] == hash) {
      return;
    }
    slots[slot] = hash;
    count++;
    if (count > MOST_ENTRIES) {
      keep(ENTRIES);
    } else if (count > slots.length / 4 * 3) {
      rehash(slots.length * 2);
    }
  }

  private void lowerTo(long bound) {
    if (bound < theta) {
      theta = bound;
      rehash(slots.length);
    }
  }

  private void rehash(int size) {
    long[] old = slots;
    slots = new long[size];
    count = 0;
    for (long hash : old) {
      if (hash != 0 && hash < theta) {
        slots[slot(slots, hash)] = hash;
        count++;
      }
    }
  }

  /** Where a hash is, or where it would go: the low bits are as good as any. */
  private static int slot(long[] slots, long hash) {
    int mask = slots.length - 1;
    int slot = (int) hash & mask;
    while (slots[slot] != 0 && slots[slot] != hash) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private long[] sorted() {
    long[] hashes = new long[count];
    int next = 0;
    for (long hash : slots) {
      if (hash != 0) {
        hashes[next++] = hash;
      }
    }
    Arrays.sort(hashes);
    return hashes;
  }

  /** The compact ordered form, version 3; inverse of {@link #parse}. */
  public byte[] format() {
    int flags = READ_ONLY | COMPACT | ORDERED;
    int preambleLongs;
    if (isExact() && count <= 1) {
      flags |= count == 0 ? EMPTY : SINGLE;
      preambleLongs = 1;
    } else {
      preambleLongs = isExact() ? 2 : 3;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate((preambleLongs + count) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) preambleLongs).put(SERIAL_VERSION).put(COMPACT_FAMILY);
    bytes.put((byte) 0).put((byte) 0); // sizes that the compact form has no use for
    bytes.put((byte) flags).putShort((flags & EMPTY) == 0 ? SEED_HASH : 0);
    if (preambleLongs > 1) {
      bytes.putInt(count).putFloat(1);
    }
    if (preambleLongs > 2) {
      bytes.putLong(theta);
    }
    for (long hash : sorted()) {
      bytes.putLong(hash);
    }
    return bytes.array();
  }

  /** Empty if the bytes are not what {@link #format} makes of a sketch. */
  static Optional<ThetaSketch> parse(byte[] formatted) {
    ThetaSketch sketch = new ThetaSketch();
    ByteBuffer bytes = ByteBuffer.wrap(formatted).order(ByteOrder.LITTLE_ENDIAN);
    if (formatted.length < Long.BYTES || formatted.length % Long.BYTES != 0) {
      return Optional.empty();
    }
    int preambleLongs = bytes.get(0);
    if (preambleLongs < 1 || preambleLongs > 3 || formatted.length < preambleLongs * Long.BYTES) {
      return Optional.empty();
    }
    if (preambleLongs == 3) {
      sketch.theta = bytes.getLong(2 * Long.BYTES);
    }
    bytes.position(preambleLongs * Long.BYTES);
    while (bytes.hasRemaining() && sketch.count < MOST_ENTRIES) {
      sketch.addHash(bytes.getLong());
    }
    return Arrays.equals(sketch.format(), formatted) ? Optional.of(sketch) : Optional.empty();
  }
}
