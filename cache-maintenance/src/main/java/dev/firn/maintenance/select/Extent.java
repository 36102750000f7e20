package dev.firn.maintenance.select;

/** How much of a data file is to go, as far as it is known without reading the file. */
public enum Extent {
  /** Nothing, or nothing for which it is to be rewritten. */
  NONE,
  /** Some rows, perhaps: the file is to be read, and rewritten if there are any. */
  SOME,
  /** Every row, beyond doubt: the file is left out without being read. */
  ALL
}
