package dev.firn.maintenance.retain;

import dev.firn.maintenance.select.Extent;
import java.util.BitSet;

/**
 * What goes of one file.
 *
 * @param rows by position; empty where the extent is not {@code SOME}. Not to be changed
 */
record FileRetention(Extent extent, BitSet rows) {
  static final FileRetention KEEP = new FileRetention(Extent.NONE, new BitSet());
  static final FileRetention DROP = new FileRetention(Extent.ALL, new BitSet());
}
