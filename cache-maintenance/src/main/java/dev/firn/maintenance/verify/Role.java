package dev.firn.maintenance.verify;

/** What a generation is to its partition, and so what damage in it means. */
enum Role {
  /** The cursor names it. */
  LIVE,
  /** The partition is in doubt, so it may be the live one. */
  CANDIDATE,
  /** It was live before. */
  SUPERSEDED,
  /** It never was, or nobody knows; no cursor names it. */
  UNNAMED;

  boolean mayBeLive() {
    return this == LIVE || this == CANDIDATE;
  }

  /** Damage beside the live generation endangers no live row. */
  Severity of(Severity asLive) {
    return switch (this) {
      case LIVE, CANDIDATE -> asLive;
      case SUPERSEDED -> asLive == Severity.DAMAGE ? Severity.WARNING : asLive;
      case UNNAMED -> Severity.NOTE;
    };
  }
}
