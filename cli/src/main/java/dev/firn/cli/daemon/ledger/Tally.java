package dev.firn.cli.daemon.ledger;

/** So many exchanges, with so many rows and bytes of JSON. */
public record Tally(long exchanges, long rows, long bytes) {
  static final Tally NONE = new Tally(0, 0, 0);

  public Tally plus(Tally other) {
    return new Tally(exchanges + other.exchanges, rows + other.rows, bytes + other.bytes);
  }

  Tally minus(Tally other) {
    return new Tally(exchanges - other.exchanges, rows - other.rows, bytes - other.bytes);
  }
}
