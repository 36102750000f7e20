package dev.firn.core.rows;

/** What happens to a value that does not fit its column. */
public enum OnMismatch {
  /** It goes into the JSON column {@code _rescued}, under its column's name. */
  RESCUE,
  /** The exchange is refused as a whole, see {@link SchemaFit#firstMismatch}. */
  REJECT
}
